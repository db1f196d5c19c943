/** The engines that the suite is run on, each in a container of the engine that is there. */
import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Engine } from "../../src/engine/engine.ts";
import type { Host } from "../../src/host/host.ts";
import { makeBase } from "../support/bootstrap-base.ts";

const run = promisify(execFile);

export interface EngineKind {
  readonly name: string;
  readonly suite: "bookworm" | "trixie";
  readonly packages: readonly string[];
  /** Configuration files in the engine's container, by path below /etc/engine. */
  readonly files: Readonly<Record<string, string>>;
  /** Shell command that becomes the engine; `$SOCKET` is where it has to listen. */
  readonly command: string;
  /** Where the engine keeps its data: a volume, since overlay file systems do not stack. */
  readonly dataRoot: string;
}

const dockerd =
  "exec dockerd --config-file /etc/engine/daemon.json --host unix://$SOCKET --group 0 --pidfile /run/docker.pid";
const dockerPackages = ["ca-certificates", "docker.io", "iptables"];
const docker = (name: string, suite: EngineKind["suite"], daemon: object): EngineKind => ({
  name,
  suite,
  packages: dockerPackages,
  files: { "daemon.json": JSON.stringify(daemon) },
  command: dockerd,
  dataRoot: "/var/lib/docker",
});

const podman: EngineKind = {
  name: "podman 5.4",
  suite: "trixie",
  packages: [
    "aardvark-dns",
    "ca-certificates",
    "catatonit",
    "crun",
    "fuse-overlayfs",
    "iptables",
    "netavark",
    "nftables",
    "podman",
  ],
  files: {
    "storage.conf":
      '[storage]\ndriver="overlay"\nrunroot="/run/containers/storage"\ngraphroot="/var/lib/containers/storage"\n',
    "containers.conf":
      '[engine]\ncgroup_manager="cgroupfs"\nevents_logger="file"\n[containers]\nlog_driver="k8s-file"\n[network]\nnetwork_backend="netavark"\n',
    "registries.conf": 'unqualified-search-registries=["docker.io"]\n',
    "policy.json": '{"default":[{"type":"insecureAcceptAnything"}]}',
  },
  // The default limits may be above what this machine allows: the engine gets those it has itself.
  command: `mkdir -p /etc/containers && cp /etc/engine/* /etc/containers/
    limit() { awk -v k="$1" 'index($0,k)==1{print $(NF-1)}' /proc/self/limits; }
    sed -i "s/^\\[containers\\]/[containers]\\ndefault_ulimits=[\\"nofile=$(limit "Max open files"):$(limit "Max open files")\\",\\"nproc=$(limit "Max processes"):$(limit "Max processes")\\"]/" /etc/containers/containers.conf
    exec podman system service --time=0 unix://$SOCKET`,
  dataRoot: "/var/lib/containers",
};

/** Runs as user 1000 of its own container, so as nobody's root on the host. */
const rootless: EngineKind = {
  name: "docker 26.1 rootless",
  suite: "trixie",
  packages: [
    ...dockerPackages,
    "fuse-overlayfs",
    "iproute2",
    "passwd",
    "rootlesskit",
    "slirp4netns",
    "uidmap",
    "util-linux",
  ],
  // not the network by which what is outside is reached
  files: { "daemon.json": JSON.stringify({ bip: "172.29.0.1/16" }) },
  command: `useradd --create-home --uid 1000 rl
    echo rl:100000:65536 | tee /etc/subuid >/etc/subgid
    chmod 666 /dev/net/tun /dev/fuse
    mkdir -p /run/user/1000 /home/rl/.local/share/docker
    chown -R 1000:1000 /run/user/1000 /home/rl $(dirname $SOCKET)
    exec setpriv --reuid=1000 --regid=1000 --init-groups --bounding-set=-sys_resource env -i HOME=/home/rl \
      PATH=/usr/sbin:/usr/bin:/sbin:/bin XDG_RUNTIME_DIR=/run/user/1000 DOCKERD_ROOTLESS_ROOTLESSKIT_NET=slirp4netns \
      DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER=builtin sh /usr/share/docker.io/contrib/dockerd-rootless.sh \
      --config-file /etc/engine/daemon.json --host unix://$SOCKET`,
  dataRoot: "/home/rl/.local/share/docker",
};

export const engineKinds: readonly EngineKind[] = [
  docker("docker 20.10", "bookworm", { "storage-driver": "overlay2" }),
  docker("docker 26.1", "trixie", { "storage-driver": "overlay2" }),
  docker("docker 26.1 containerd", "trixie", {
    "storage-driver": "overlayfs",
    features: { "containerd-snapshotter": true },
  }),
  rootless,
  podman,
];

export interface RunningEngine extends AsyncDisposable {
  /** `unix://…`, for DOCKER_HOST. */
  readonly address: string;
  /** Name of the container that it runs in. */
  readonly container: string;
  /** Kill it and all that runs in it, as when its machine loses power, and start it again. */
  reboot(): Promise<void>;
}

export interface StartOptions {
  readonly host: Host;
  /** The engine that carries it. */
  readonly outer: Engine;
  /** Folders that the engine has to see at the same path, so that bind mounts work. */
  readonly folders: readonly string[];
  /** Folder for its data instead of a volume; it has to be one of `folders` too. */
  readonly dataRoot?: string | undefined;
}

/** Start an engine and wait until it answers; disposing it removes its container and its data. */
export async function startEngine(kind: EngineKind, options: StartOptions): Promise<RunningEngine> {
  const image = await ensureEngineImage(kind, options);
  const folder = await mkdtemp("/tmp/devenv-engine-");
  await chmod(folder, 0o755);
  await mkdir(join(folder, "config"));
  for (const [name, text] of Object.entries(filesOf(kind, options)))
    await writeFile(join(folder, "config", name), text);
  const name = `devenv-engine-${folder.split("-").at(-1)}`.toLowerCase();
  const dispose = async () => {
    await run("docker", ["rm", "--force", "--volumes", name]).catch(() => undefined);
    await options.outer.images.remove(image).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await run("docker", [
      "run",
      "--detach",
      "--name",
      name,
      ...engineFlags(kind, folder, options),
      image,
      "sh",
      "-ec",
      engineScript(kind),
    ]);
    await waitForEngine(name, join(folder, "engine.sock"));
  } catch (error) {
    await dispose();
    throw error;
  }
  const reboot = async () => {
    await run("docker", ["kill", name]);
    await rm(join(folder, "engine.sock"), { force: true });
    await run("docker", ["start", name]);
    await waitForEngine(name, join(folder, "engine.sock"));
  };
  return { address: `unix://${join(folder, "engine.sock")}`, container: name, reboot, [Symbol.asyncDispose]: dispose };
}

function filesOf({ files }: EngineKind, { dataRoot }: StartOptions): EngineKind["files"] {
  const { "daemon.json": daemon } = files;
  if (dataRoot === undefined || daemon === undefined) return files;
  return { ...files, "daemon.json": JSON.stringify({ ...JSON.parse(daemon), "data-root": dataRoot }) };
}

async function ensureEngineImage(kind: EngineKind, { host, outer }: StartOptions): Promise<string> {
  const tag = `localhost/devenv-test/engine-${kind.name.replaceAll(/[^a-z0-9]+/g, "-")}:${kind.suite}`;
  if ((await outer.images.inspect(tag)) !== undefined) return tag;
  const platform = `linux/${host.arch}`;
  const { suite, packages } = kind;
  const { file } = await makeBase(host, { suite, packages, variant: "minbase", mirror: undefined });
  await outer.images.import(createReadStream(file), { tag, platform, labels: { "devenv.test": "engine" } });
  return tag;
}

/** What an engine in a container needs, short of `--privileged`: that fails where a capability is out of bounds. */
function engineFlags(kind: EngineKind, folder: string, { folders }: StartOptions): string[] {
  const security = ["seccomp", "apparmor", "systempaths"].flatMap((name) => ["--security-opt", `${name}=unconfined`]);
  const volumes = [
    kind.dataRoot,
    `${folder}:${folder}`,
    `${folder}/config:/etc/engine:ro`,
    ...folders.map((path) => `${path}:${path}`),
  ];
  return [
    ...["--label", "devenv.test=engine", "--hostname", "engine", "--env", `SOCKET=${folder}/engine.sock`],
    ...["--cgroupns", "private", "--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE", ...security],
    ...[
      "--device-cgroup-rule",
      "a *:* rwm",
      "--device",
      "/dev/fuse",
      "--device",
      "/dev/net/tun",
      "--tmpfs",
      "/run",
      "--tmpfs",
      "/tmp:exec",
    ],
    ...volumes.flatMap((volume) => ["--volume", volume]),
  ];
}

function engineScript({ command }: EngineKind): string {
  return `mount -o remount,bind,rw /sys
    for cgroup in /sys/fs/cgroup /sys/fs/cgroup/*; do mountpoint -q $cgroup && mount -o remount,bind,rw $cgroup || :; done
    ${command}`;
}

async function waitForEngine(container: string, socket: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const answered = await run("curl", [
      "-sf",
      "--max-time",
      "5",
      "--unix-socket",
      socket,
      "http://engine/_ping",
    ]).catch(() => undefined);
    if (answered?.stdout === "OK") return;
    const { stdout } = await run("docker", ["inspect", "--format", "{{.State.Running}}", container]);
    if (stdout.trim() !== "true") break;
    await sleep(100);
  }
  const { stdout, stderr } = await run("docker", ["logs", "--tail", "30", container]);
  throw new Error(`the engine did not start:\n${stdout}${stderr}`);
}
