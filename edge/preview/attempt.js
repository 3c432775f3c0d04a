// Calls what belongs to the app; what it throws is reported and stops nobody else.

/** @param {() => void} call */
export function attempt(call) {
  try {
    call();
  } catch (error) {
    reportError(error);
  }
}
