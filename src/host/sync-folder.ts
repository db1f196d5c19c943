/** The folder in a workspace for what the sync has on its way: there for moments, and of no interest to anything else. */
export const syncFolder = ".devenv-sync";
