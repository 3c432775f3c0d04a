import { useEffect, useState } from "react";

export function Dark() {
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => void document.documentElement.classList.toggle("dark", dark), [dark]);
  return (
    <button type="button" onClick={() => setDark(!dark)}>
      {dark ? "Light" : "Dark"}
    </button>
  );
}
