import { apt, bootstrap, defineConfig, env } from "devenv";

// One environment, made from Debian's own signed archive: no image registry takes part.
export default defineConfig({
  name: "hello",
  image: {
    from: bootstrap({ suite: "bookworm" }),
    layers: [apt("git"), env({ GREETING: "Hello" })],
  },
  tasks: {
    greet: 'echo "$GREETING from $(. /etc/os-release && echo "$PRETTY_NAME") with $(git --version)"',
  },
});
