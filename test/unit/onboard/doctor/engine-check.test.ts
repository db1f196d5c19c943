import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkEngine } from "../../../../src/onboard/doctor/engine-check.ts";
import { socketGroup } from "../../../../src/onboard/doctor/engine-group.ts";
import { illMachine, type Machine } from "./ill-machine.ts";

const unreachable = "No container engine answers at `unix:///var/run/docker.sock`: the socket does not exist";
const apt = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120";
const install = `${apt} install -y --no-install-recommends docker.io iptables mmdebstrap debian-archive-keyring`;

/** Installing brings dockerd, and starting it an engine. */
function obey(command: string, machine: Machine): undefined {
  if (command.includes(" install ")) machine.programs.add("dockerd");
  if (/^\S*dockerd|systemctl|setsid/.test(command)) machine.engine = "running";
}

describe("an engine that answers", () => {
  it("is named with its version and address", async () => {
    using machine = illMachine({ engine: "running" });
    expect(await checkEngine(machine.context)).toEqual({
      name: "engine",
      status: "ok",
      found: "Docker Engine 26.1.5 at unix:///var/run/docker.sock",
    });
    expect(machine.commands).toEqual([]);
  });
});

describe("a machine without an engine, examined only", () => {
  const advice = async (programs: readonly string[], host = {}) => {
    using machine = illMachine({ programs, host, fix: false });
    const { advice: text, ...result } = await checkEngine(machine.context);
    expect(result).toEqual({ name: "engine", status: "failed", found: unreachable });
    expect(machine.commands).toEqual([]);
    return text;
  };

  it.each([
    ["Debian as root", ["apt-get"], 0],
    ["Debian with sudo", ["apt-get", "sudo"], 1000],
    ["Fedora with an engine that does not run, with sudo", ["dnf", "dockerd", "sudo"], 1000],
  ])("is offered mending on %s", async (_case, programs, uid) => {
    expect(await advice(programs, { uid })).toBe("run `devenv doctor --fix`");
  });

  it.each([
    [
      "Debian without sudo",
      ["apt-get"],
      "  sudo apt-get update\n  sudo apt-get install -y --no-install-recommends docker.io iptables",
    ],
    ["Fedora", ["dnf", "sudo"], "  sudo dnf install -y moby-engine\n  sudo systemctl enable --now docker"],
    ["Arch", ["pacman"], "  sudo pacman -S --needed docker\n  sudo systemctl enable --now docker"],
    ["openSUSE", ["zypper"], "  sudo zypper install -y docker\n  sudo systemctl enable --now docker"],
    ["Alpine", ["apk"], "  sudo apk add docker\n  sudo rc-update add docker\n  sudo service docker start"],
  ])("is told exactly what to install on %s", async (_case, programs, commands) => {
    expect(await advice(programs, { uid: 1000 })).toBe(`install an engine:\n${commands}`);
  });

  it("is told so on macOS and Windows", async () => {
    expect(await advice(["brew"], { platform: "darwin", uid: 501 })).toBe(
      "install an engine:\n  brew install docker colima\n  colima start",
    );
    expect(await advice([], { platform: "win32", uid: undefined })).toBe(
      "install an engine:\n  winget install Docker.DockerDesktop",
    );
  });

  it("is told to start what DOCKER_HOST names, and nothing is installed for it", async () => {
    using machine = illMachine({
      programs: ["apt-get"],
      host: { env: { DOCKER_HOST: "tcp://build.corp:2376" } },
      address: "tcp://build.corp:2376",
    });
    expect((await checkEngine(machine.context)).advice).toBe(
      "start the engine at `tcp://build.corp:2376`, or unset DOCKER_HOST",
    );
    expect(machine.commands).toEqual([]);
  });
});

describe("mending a machine without an engine", () => {
  it("installs and starts one as root", async () => {
    using machine = illMachine({ programs: ["apt-get"], onCommand: obey });
    expect(await checkEngine(machine.context)).toEqual({
      name: "engine",
      status: "fixed",
      found: "Docker Engine 26.1.5 at unix:///var/run/docker.sock",
    });
    expect(machine.commands).toEqual([install, "/usr/bin/dockerd"]);
  });

  it("fetches the package lists when what is there does not do", async () => {
    let hasLists = false;
    using machine = illMachine({
      programs: ["apt-get"],
      onCommand(command, state) {
        if (command.includes(" install ") && !hasLists) return 100;
        hasLists ||= command.endsWith(" update");
        return obey(command, state);
      },
    });
    expect((await checkEngine(machine.context)).status).toBe("fixed");
    expect(machine.commands).toEqual([install, `${apt} update`, install, "/usr/bin/dockerd"]);
  });

  it("brings apparmor where the kernel wants it", async () => {
    const files = { "sys/module/apparmor/parameters/enabled": "Y\n" };
    using machine = illMachine({ programs: ["apt-get"], files, onCommand: obey });
    await checkEngine(machine.context);
    expect(machine.commands[0]).toContain(" docker.io iptables apparmor ");
  });

  it("starts it by systemd where that runs, and through sudo for a user", async () => {
    const files = { "run/systemd/system": null };
    using machine = illMachine({ programs: ["dockerd", "sudo"], files, host: { uid: 1000 }, onCommand: obey });
    expect((await checkEngine(machine.context)).status).toBe("fixed");
    expect(machine.commands).toEqual(["sudo systemctl enable --now docker"]);
  });

  it("starts none when installing it did so already", async () => {
    using machine = illMachine({
      programs: ["apt-get"],
      onCommand(command, state) {
        obey(command, state);
        state.engine = "running";
        return 0;
      },
    });
    expect((await checkEngine(machine.context)).status).toBe("fixed");
    expect(machine.commands).toEqual([install]);
  });

  it("shows the end of its log when it does not start", async () => {
    using machine = illMachine({
      programs: ["dockerd"],
      files: { "var/log/devenv-dockerd.log": "from before\n" },
      onCommand(_command, { folder }) {
        const log = join(folder.path, "var/log/devenv-dockerd.log");
        writeFileSync(log, `from before\n${Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join("")}`);
        return 0;
      },
    });
    const { status, found, advice } = await checkEngine(machine.context);
    expect({ status, found }).toEqual({ status: "failed", found: unreachable });
    expect(advice?.split("\n").slice(1)).toEqual(Array.from({ length: 15 }, (_, index) => `  line ${index + 5}`));
  });

  it("says what apt said when installing fails", async () => {
    using machine = illMachine({ programs: ["apt-get"], onCommand: () => 100 });
    expect(await checkEngine(machine.context)).toEqual({
      name: "engine",
      status: "failed",
      found: "`env` failed with exit code 100",
      advice: "  E: no\nmend that, then run `devenv doctor --fix` again",
    });
  });

  it("does not try to without a way to become root", async () => {
    using machine = illMachine({ programs: ["apt-get"], host: { uid: 1000 } });
    expect((await checkEngine(machine.context)).advice).toContain("docker.io");
    expect(machine.commands).toEqual([]);
  });
});

describe("the pid files of a killed engine", () => {
  const status = (name: string, state: string) => `Name:\t${name}\nUmask:\t0022\nState:\t${state}\n`;
  const removals = async (files: Record<string, string>) => {
    using machine = illMachine({ programs: ["dockerd"], files, onCommand: obey });
    await checkEngine(machine.context);
    return machine.commands
      .filter((command) => command.startsWith("rm"))
      .map((command) => command.replace(machine.folder.path, ""));
  };

  it("are removed when their number is another program's", async () => {
    const files = { "var/run/docker.pid": "42", "proc/42/status": status("bash", "S (sleeping)") };
    expect(await removals(files)).toEqual(["rm -f /var/run/docker.pid"]);
  });

  it("are removed when nobody waited for the killed engine", async () => {
    const files = {
      "var/run/docker/containerd/containerd.pid": "42\n",
      "proc/42/status": status("containerd", "Z (zombie)"),
    };
    expect(await removals(files)).toEqual(["rm -f /var/run/docker/containerd/containerd.pid"]);
  });

  it.each([
    ["the engine runs", { "var/run/docker.pid": "42", "proc/42/status": status("dockerd", "S (sleeping)") }],
    ["there is no such process, which the engine sees itself", { "var/run/docker.pid": "42" }],
    ["they are empty", { "var/run/docker.pid": "", "proc/status": status("bash", "S (sleeping)") }],
  ])("are left alone when %s", async (_case, files) => expect(await removals(files)).toEqual([]));
});

describe("a socket without permission", () => {
  const files = { "etc/group": "root:x:0:\ndocker:x:101:\n" };

  it("is mended by joining its group, which takes a new login", async () => {
    using machine = illMachine({ engine: "forbidden", programs: ["sudo"], files, host: { uid: 1000 } });
    expect(await checkEngine(machine.context)).toEqual({
      name: "engine",
      status: "failed",
      found: "User `ada` is now in the group `docker`, which counts from the next login on",
      advice: "log out and in again, or run `newgrp docker`",
    });
    expect(machine.commands).toEqual(["sudo usermod -aG docker ada"]);
  });

  it("is told of without sudo", async () => {
    using machine = illMachine({ engine: "forbidden", files, host: { uid: 1000 } });
    expect(await checkEngine(machine.context)).toEqual({
      name: "engine",
      status: "failed",
      found: "User `ada` may not use the container engine at `unix:///var/run/docker.sock`",
      advice: "as root, run `usermod -aG docker ada`, then log in again",
    });
  });

  it.each([
    [101, "docker"],
    [2000, "engine"],
    [0, "docker"],
    [3000, "docker"],
    [undefined, "docker"],
  ])("belongs, with group id %s, to the group %s", (gid, group) => {
    expect(socketGroup("root:x:0:\ndocker:x:101:\nengine:x:2000:ada\n", gid)).toBe(group);
  });
});
