import { start } from "../../env/lifecycle.ts";
import { lifecycleCommand } from "../lifecycle-command.ts";

export const command = lifecycleCommand(start, "started");
