import { createApp } from "./app.ts";

// All interfaces of the container: devenv publishes the port on the host's 127.0.0.1 only.
const address = await createApp().listen({ host: "0.0.0.0", port: Number(process.env.PORT ?? 3000) });
console.log(`listening on ${address}`);
