/** The one workspace of a program that serves one household. */
export const homeWorkspace = "home";
