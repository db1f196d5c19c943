import { restart } from "../../env/lifecycle.ts";
import { lifecycleCommand } from "../lifecycle-command.ts";

export const command = lifecycleCommand(restart, "restarted");
