import { bootstrap, defineConfig, node } from "devenv";

export default defineConfig({
  name: "node-api",
  environments: {
    dev: {
      image: {
        from: bootstrap({ suite: "bookworm" }),
        layers: [node("24.21.0")],
      },
      env: { NODE_ENV: "development", PORT: "3000" },
      ports: [{ container: 3000, host: 3080, name: "api" }],
      tasks: {
        install: "npm ci",
        test: { command: "npm test", dependsOn: ["install"] },
        start: { command: "npm start", dependsOn: ["install"] },
      },
    },
  },
});
