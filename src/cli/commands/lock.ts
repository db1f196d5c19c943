import { defineCommand } from "../command.ts";
import { printLockChanges, printLockSummary } from "../lock-table.ts";
import { operate, projectOf } from "../operate.ts";
import { trustOption } from "../trust-option.ts";
import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {
    names: { count: "many", value: "NAME", summary: "with `--update`: packages, images or addresses; all by default" },
  },
  options: {
    ...trustOption,
    update: { type: "boolean", summary: "move pins to what is newest now" },
    platform: {
      type: "string",
      value: "PLATFORM",
      summary: "lock for these platforms too: `linux/arm64`, several with commas; they stay in the lock",
    },
    check: { type: "boolean", summary: "write nothing; fail when the lock is not what this command would write" },
  },
  async run(context, { names, update, check, platform, trust }) {
    if (names.length > 0 && !update)
      throw usageError(
        "`devenv lock` takes names only with `--update`",
        `write \`devenv lock --update ${names.join(" ")}\``,
      );
    if (check && update) throw usageError("`--check` and `--update` exclude each other");
    const platforms = platform === undefined ? [] : readPlatforms(platform);
    const project = await projectOf(context, { trust });
    if (check) {
      const { checkLock } = await import("../../env/lock/check-lock.ts");
      const result = await operate(context, project, (operation) => checkLock(operation, platforms));
      return { data: result, summary: `${result.project}: ${result.file} is up to date\n` };
    }
    const { lock } = await import("../../env/lock/lock.ts");
    const result = await operate(context, project, (operation) =>
      lock(operation, { update: update ? names : undefined, platforms }),
    );
    const view = { style: context.style.out, verbose: context.options.verbose };
    return { data: result, text: printLockChanges(result, view), summary: printLockSummary(result) };
  },
});

function readPlatforms(text: string): readonly string[] {
  const platforms = text.split(",").map((one) => one.trim());
  const wrong = platforms.find((one) => !/^linux\/[a-z0-9]+(\/v\d+)?$/.test(one));
  if (wrong === undefined) return platforms;
  throw usageError(`\`--platform\` takes platforms such as \`linux/arm64\`, not \`${wrong}\``);
}
