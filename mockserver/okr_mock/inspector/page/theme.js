// Light, dark, or as the system has it.

const KEY = "okr-mock-theme";
const THEMES = ["system", "light", "dark"];

export function themeNow() {
  const kept = localStorage.getItem(KEY);
  return THEMES.includes(kept) ? kept : "system";
}

export function setTheme(theme) {
  localStorage.setItem(KEY, theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export const themes = THEMES;
