// What a configuration that is a function is called with: it may ask whether its app is being written or built.

/** @param {string} mode */
export const given = (mode = "development") => ({
  mode,
  command: mode === "production" ? "build" : "serve",
  isSsrBuild: false,
  isPreview: false,
});
