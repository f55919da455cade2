// A local LLM service that speaks the OpenAI, Anthropic and Gemini dialects over TLS, and the witness of the tests: every request that
// reaches it is written down byte for byte, so that what left the gateway is never judged by the gateway's own counters.
//
// node llm_service.mjs --cert FILE --key FILE --witness FILE     prints {"port": N, "control": N} when it listens
//
// A prompt beginning with "slow:" makes the answer stream slowly, one beginning with "split:" in pieces of three characters; one beginning with "acked:" makes every event wait until the client has
// confirmed the one before (GET /ack on the control port, plain HTTP): what holds an event back ends such a stream. The witness file has
// one JSON object a line: {"method","url","host","headers":[[name,value],…],"bytes","sha256","body","connection"}. After each
// answer FILE.answers gets {"answered": sha256 of the request, "answer_sha256"}.
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";

const args = Object.fromEntries(process.argv.slice(2).map((a, i, all) => (a.startsWith("--") ? [a.slice(2), all[i + 1]] : [])).filter((p) => p.length));
const witness = fs.openSync(args.witness, "a");
const answers = fs.openSync(args.witness + ".answers", "a");
let connections = 0;

// Confirmations of the one acked stream at a time.
let acks = 0, on_ack = () => {};
const acked = (n) =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`event ${n} was not confirmed`)), 10000);
    on_ack = () => acks >= n && (clearTimeout(late), resolve());
    on_ack();
  });

const pause = (ms) => new Promise((r) => setTimeout(r, ms));

function pairs(raw) {
  const out = [];
  for (let i = 0; i < raw.length; i += 2) out.push([raw[i], raw[i + 1]]);
  return out;
}

function write_down(req, body) {
  const line = {
    method: req.method, url: req.url, host: req.headers.host, headers: pairs(req.rawHeaders), bytes: body.length,
    sha256: crypto.createHash("sha256").update(body).digest("hex"), body: body.toString("latin1"), connection: req.socket.number,
  };
  fs.writeSync(witness, JSON.stringify(line) + "\n");
}

// What is given to the socket, hashed on its way.
function write_down_answer(req, res, body) {
  const hash = crypto.createHash("sha256");
  const { write, end } = res;
  res.write = (data, ...more) => (hash.update(data), write.call(res, data, ...more));
  res.end = (data, ...more) => (data !== undefined && hash.update(data), end.call(res, data, ...more));
  res.on("finish", () => fs.writeSync(answers, JSON.stringify({ answered: crypto.createHash("sha256").update(body).digest("hex"), answer_sha256: hash.digest("hex") }) + "\n"));
}

function json(res, status, value) {
  const text = JSON.stringify(value);
  res.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text), "x-request-id": "req_local" });
  res.end(text);
}

function text_of(content) {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map((p) => p.text ?? text_of(p.content ?? "")).join(" ");
  return "";
}

// What the "model" says: it repeats the last question, so that a client sees what the service saw.
function answer_to(question) {
  return `I read: ${question.slice(0, 2000)}`;
}

const waits_of = (question) => (question.startsWith("acked:") ? "acked" : question.startsWith("slow:") ? 60 : 0);

async function stream_events(res, events, wait) {
  res.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  acks = 0;
  let sent = 0;
  for (const e of events) {
    res.write(e);
    if (wait === "acked" && !e.startsWith("event: ping") && !e.startsWith("data: [DONE]")) await acked(++sent);
    else if (wait > 0) await pause(wait);
  }
  res.end();
}

const words = (text) => text.match(text.includes("split:") ? /[^]{1,3}/gu : /\S+\s*/g) ?? [];
const chat_chunk = (model, delta, finish = null) =>
  `data: ${JSON.stringify({ id: "chatcmpl-local", object: "chat.completion.chunk", created: 1, model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

async function openai_chat(res, body) {
  const question = text_of(body.messages?.at(-1)?.content ?? "");
  const answer = answer_to(question);
  const wait = waits_of(question);
  if (body.stream) {
    const events = [chat_chunk(body.model, { role: "assistant", content: "" }), ...words(answer).map((w) => chat_chunk(body.model, { content: w })), chat_chunk(body.model, {}, "stop"), "data: [DONE]\n\n"];
    return stream_events(res, events, wait);
  }
  json(res, 200, { id: "chatcmpl-local", object: "chat.completion", created: 1, model: body.model, choices: [{ index: 0, message: { role: "assistant", content: answer, refusal: null }, logprobs: null, finish_reason: "stop" }], usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 } });
}

function openai_responses(res, body) {
  const question = typeof body.input === "string" ? body.input : text_of(body.input?.at(-1)?.content ?? "");
  const answer = answer_to(question);
  if (body.stream) return responses_stream(res, body.model, answer, waits_of(question));
  json(res, 200, { id: "resp_local", object: "response", created_at: 1, status: "completed", model: body.model, output: [{ type: "message", id: "msg_1", status: "completed", role: "assistant", content: [{ type: "output_text", text: answer, annotations: [] }] }], usage: { input_tokens: 9, output_tokens: 12, total_tokens: 21 } });
}

const named = (type, data) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

function responses_stream(res, model, answer, wait) {
  const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const part = (text) => ({ type: "output_text", text, annotations: [] });
  const item = (status, content) => ({ type: "message", id: "msg_1", status, role: "assistant", content });
  const response = (status, output) => ({ id: "resp_local", object: "response", created_at: 1, status, model, output });
  const events = [
    ["response.created", { response: response("in_progress", []) }],
    ["response.output_item.added", { output_index: 0, item: item("in_progress", []) }],
    ["response.content_part.added", { ...place, part: part("") }],
    ...words(answer).map((w) => ["response.output_text.delta", { ...place, delta: w, logprobs: [] }]),
    ["response.output_text.done", { ...place, text: answer, logprobs: [] }],
    ["response.content_part.done", { ...place, part: part(answer) }],
    ["response.output_item.done", { output_index: 0, item: item("completed", [part(answer)]) }],
    ["response.completed", { response: response("completed", [item("completed", [part(answer)])]) }],
  ];
  return stream_events(res, events.map(([type, data], i) => named(type, { sequence_number: i, ...data })), wait);
}

async function anthropic_messages(res, body) {
  const question = text_of(body.messages?.at(-1)?.content ?? "");
  const answer = answer_to(question);
  const message = { id: "msg_local", type: "message", role: "assistant", model: body.model, content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 9, output_tokens: 1 } };
  if (body.stream) {
    const events = [
      named("message_start", { message }), named("content_block_start", { index: 0, content_block: { type: "text", text: "" } }), named("ping", {}),
      ...words(answer).map((w) => named("content_block_delta", { index: 0, delta: { type: "text_delta", text: w } })),
      named("content_block_stop", { index: 0 }), named("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 12 } }), named("message_stop", {}),
    ];
    return stream_events(res, events, waits_of(question));
  }
  json(res, 200, { ...message, content: [{ type: "text", text: answer }], stop_reason: "end_turn", usage: { input_tokens: 9, output_tokens: 12 } });
}

function gemini(res, body, stream) {
  const question = (body.contents?.at(-1)?.parts ?? []).map((p) => p.text ?? "").join(" ");
  const candidate = (text) => ({ candidates: [{ content: { role: "model", parts: [{ text }] }, finishReason: "STOP", index: 0 }], usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 12, totalTokenCount: 21 }, modelVersion: "local" });
  const piece = (text, last) => {
    const all = candidate(text);
    if (!last) delete all.candidates[0].finishReason;
    return all;
  };
  if (stream) return stream_events(res, words(answer_to(question)).map((w, i, list) => `data: ${JSON.stringify(piece(w, i + 1 === list.length))}\r\n\r\n`), waits_of(question));
  json(res, 200, candidate(answer_to(question)));
}

function decoded(req, body) {
  try {
    return JSON.parse(body.toString("utf8") || "{}");
  } catch {
    return null;
  }
}

async function serve(req, res, body) {
  const path = req.url.split("?")[0];
  if (path === "/echo") {
    res.writeHead(200, { "content-type": req.headers["content-type"] ?? "application/octet-stream", "content-length": body.length });
    return res.end(body);
  }
  if (req.method === "GET") return json(res, 200, { object: "list", data: [{ id: "local-model", object: "model", created: 1, owned_by: "local" }] });
  const value = decoded(req, body);
  if (value === null) return json(res, 400, { error: { message: "not JSON", type: "invalid_request_error", param: null, code: null } });
  if (path.endsWith("/chat/completions")) return openai_chat(res, value);
  if (path.endsWith("/responses")) return openai_responses(res, value);
  if (path.endsWith("/v1/messages")) return anthropic_messages(res, value);
  if (/:(generateContent|streamGenerateContent)$/.test(path)) return gemini(res, value, path.includes("stream"));
  json(res, 404, { error: { message: "no such path", type: "invalid_request_error", param: null, code: null } });
}

const server = https.createServer({ cert: fs.readFileSync(args.cert), key: fs.readFileSync(args.key), maxHeaderSize: 128 * 1024 }, (req, res) => {
  const parts = [];
  req.on("data", (d) => parts.push(d));
  req.on("end", () => {
    const body = Buffer.concat(parts);
    write_down(req, body);
    write_down_answer(req, res, body);
    Promise.resolve(serve(req, res, body)).catch(() => res.destroy());
  });
});
server.keepAliveTimeout = 60000;
server.on("secureConnection", (socket) => (socket.number = ++connections));
const control = http.createServer((req, res) => {
  acks++;
  on_ack();
  res.end();
});
control.keepAliveTimeout = 60000;
control.listen(0, "127.0.0.1", () =>
  server.listen(Number(args.port ?? 0), "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port, control: control.address().port }))));
process.stdin.on("end", () => process.exit(0)).resume();  // ends with whoever started it
