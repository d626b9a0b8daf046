/** Brings the door to life in the browser. */
import { hydrate } from "preact";
import { SignInPage } from "../pages/sign_in_page.tsx";

const root = document.getElementById("app");
if (root) hydrate(<SignInPage />, root);
