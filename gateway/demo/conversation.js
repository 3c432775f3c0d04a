// A chat message's tools as one picture, made of the steps that were said of them: as gateway/conversation.py makes it.

/** @typedef {Record<string, any>} Json */

const OUTCOME = ["details", "reason", "nearest"];
/** @type {Record<string, string>} */
const ENDED = { "tool-completed": "completed", "tool-failed": "failed" };
const begun = () => ({ status: "executing", progress: 0, started_at: null, ended_at: null });

/** The picture of a message of which nothing was said yet. @param {string} messageId @returns {Json} */
export const empty = (messageId) => ({ message_id: messageId, seq: 0, ...begun(), conversation_flow: [] });

/**
 * Take one step into the picture.
 * @param {Json} picture
 * @param {Json} step
 * @returns {boolean} whether it changed anything
 */
export function take(picture, step) {
  if (step.seq <= picture.seq || step.message_id !== picture.message_id) return false;
  picture.seq = step.seq;
  if (step.tool_index == null || !(step.kind === "progress" || step.kind in ENDED)) return false;
  const groups = picture.conversation_flow;
  const [group, call] = place(groups, step);
  const attempt = step.attempt ?? 1;
  if (attempt < call.attempt || (attempt === call.attempt && call.status !== "executing")) return false;
  if (attempt > call.attempt) Object.assign(call, fresh(step), { attempt });
  tell(call, step);
  sumUp(group, group.calls);
  sumUp(picture, groups);
  if (picture.status === "failed") picture.status = groups[groups.length - 1].status;
  return true;
}

/** The call that a step is about, and its group. @param {Json[]} groups @param {Json} step @returns {[Json, Json]} */
function place(groups, step) {
  const [index, iteration] = [step.tool_index, step.iteration ?? 0];
  let group = groups.find((one) => one.iteration === iteration);
  if (!group) {
    group = { type: "grouped_tools", iteration, ...begun(), calls: [] };
    groups.push(group);
    groups.sort((one, other) => one.iteration - other.iteration);
  }
  /** @type {Json[]} */
  const calls = group.calls;
  let call = calls.find((one) => one.tool_index === index);
  if (!call) {
    call = { tool_index: index, attempt: 0, status: "executing" };
    calls.push(call);
    calls.sort((one, other) => one.tool_index - other.tool_index);
  }
  return [group, call];
}

/** A call of which nothing but its beginning is known. @param {Json} step @returns {Json} */
function fresh(step) {
  const about = { tool: null, ...begun(), started_at: step.at ?? null, stage: null, message: "", stages: [] };
  return { ...about, ...Object.fromEntries(OUTCOME.map((name) => [name, null])) };
}

/** Write down what a step says of its call. @param {Json} call @param {Json} step */
function tell(call, step) {
  const [at, stage, said] = [step.at ?? null, step.stage ?? null, step.message ?? ""];
  call.tool = step.tool || step.tool_name || call.tool;
  if (step.kind in ENDED) {
    for (const name of OUTCOME) call[name] = step[name] ?? null;
    Object.assign(call, { status: ENDED[step.kind], ended_at: at });
    if (call.status === "completed") call.progress = 100;
  } else if (stage === "failed") {
    Object.assign(call, { status: "failed", ended_at: at, reason: said });
  } else {
    const progress = Math.max(call.progress, step.progress ?? 0);
    Object.assign(call, { stage, message: said, details: step.details ?? null, progress });
    if (call.stages.at(-1)?.stage !== stage) call.stages.push({ stage, progress, at });
  }
}

/** Say of a whole what follows from its parts. @param {Json} total @param {Json[]} parts */
function sumUp(total, parts) {
  const are = (/** @type {string} */ status) => parts.some((part) => part.status === status);
  const done = parts.reduce((sum, part) => sum + (part.status === "executing" ? part.progress : 100), 0);
  const starts = parts.map((part) => part.started_at).filter(Boolean);
  const ends = parts.map((part) => part.ended_at);
  total.progress = Math.floor(done / parts.length);
  total.status = are("executing") ? "executing" : are("failed") ? "failed" : "completed";
  total.started_at = starts.sort()[0] ?? null;
  total.ended_at = ends.every(Boolean) ? ends.sort().at(-1) : null;
}
