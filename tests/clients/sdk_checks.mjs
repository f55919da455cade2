// The same questions with the official SDKs, directly or through the gateway; one JSON line each with what the program saw, the number of
// attempts and the SHA-256 of each answer's body.
// node sdk_checks.mjs --port N --control N --ca FILE [--proxy URL]   (without --proxy: straight to the local service)
import crypto from "node:crypto";
import fs from "node:fs";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { Agent, ProxyAgent, Response, fetch as undici_fetch, request } from "undici";

const args = {};
for (let i = 2; i < process.argv.length; i += 2) args[process.argv[i].slice(2)] = process.argv[i + 1];
const ca = fs.readFileSync(args.ca);
const loopback = (_host, options, done) => (options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4));
const dispatcher = args.proxy ? new ProxyAgent({ uri: args.proxy, requestTls: { ca } }) : new Agent({ connect: { ca, lookup: loopback } });
const port = args.proxy ? "" : ":" + args.port;

// Each answer is hashed as it comes, without holding back a byte of it.
let attempts = 0, answers = [];
function hashed(response) {
  if (!response.body) return response;
  const hash = crypto.createHash("sha256"), place = answers.push(undefined) - 1;
  const through = new TransformStream({
    transform: (piece, to) => (hash.update(piece), to.enqueue(piece)),
    flush: () => void (answers[place] = hash.digest("hex")),
  });
  const out = new Response(response.body.pipeThrough(through), response);
  Object.defineProperty(out, "url", { value: response.url });
  return out;
}
const fetch = async (url, init) => {
  attempts++;
  return hashed(await undici_fetch(url, { ...init, dispatcher, duplex: init?.body ? "half" : undefined }));
};
globalThis.fetch = fetch;  // @google/genai takes no fetch of its own

const openai = new OpenAI({ apiKey: "sk-local", fetch, baseURL: `https://api.openai.com${port}/v1` });
const anthropic = new Anthropic({ apiKey: "local", fetch, baseURL: `https://api.anthropic.com${port}` });
const gemini = new GoogleGenAI({ apiKey: "local", httpOptions: { baseUrl: `https://generativelanguage.googleapis.com${port}` } });

const token = "gh" + "p_" + "7Rk2Vq9Xw4Zt6Nb1Mc8Ls3Jd5Hf0Gp2Yu4Ea";
const user = (content) => [{ role: "user", content }];
const tricky = 'エスケープ "\\" \u2028 😀 \n\t{"json":[1.50,"x"]} <tag> & 12345678901234567890';

async function collected(stream, text) {
  let out = "";
  for await (const event of stream) out += text(event) ?? "";
  return out;
}

// Confirms each event; the service sends the next one only then.
const ack = () => request(`http://127.0.0.1:${args.control}/ack`).then((r) => r.body.dump());
async function acked(stream, text) {
  let out = "", events = 0;
  for await (const event of stream) {
    events++;
    out += text(event) ?? "";
    await ack();
  }
  return { out, events };
}

// Six turns; the fifth is refused by a gateway. The program shows the refusal as the answer, as agents do, and goes on.
async function conversation(ask) {
  const turns = [], seen = [];
  for (let turn = 1; turn <= 6; turn++) {
    turns.push({ role: "user", content: turn === 5 ? `my key is ${token}` : `turn ${turn}` });
    const before = attempts;
    let answer;
    try {
      answer = await ask(turns);
      seen.push(answer);
    } catch (e) {
      answer = "(refused)";
      seen.push({ status: e.status, attempts: attempts - before });
    }
    turns.push({ role: "assistant", content: answer });
  }
  return seen;
}
const gemini_turns = (turns) => turns.map((t) => ({ role: t.role === "user" ? "user" : "model", parts: [{ text: t.content }] }));

const checks = {
  openai_chat: async () => (await openai.chat.completions.create({ model: "m", messages: user(tricky), temperature: 0.5 })).choices[0].message.content,
  openai_stream: async () => collected(await openai.chat.completions.create({ model: "m", messages: user(tricky), stream: true }), (e) => e.choices[0]?.delta?.content),
  openai_responses: async () => (await openai.responses.create({ model: "m", input: tricky })).output_text,
  openai_models: async () => (await openai.models.list()).data.map((m) => m.id),
  anthropic_messages: async () => (await anthropic.messages.create({ model: "m", max_tokens: 64, messages: user(tricky) })).content[0].text,
  anthropic_stream: async () => (await anthropic.messages.stream({ model: "m", max_tokens: 64, messages: user(tricky) }).finalMessage()).content[0].text,
  gemini_generate: async () => (await gemini.models.generateContent({ model: "m", contents: tricky })).text,
  gemini_stream: async () => collected(await gemini.models.generateContentStream({ model: "m", contents: tricky }), (e) => e.text),
  openai_acked: async () => acked(await openai.chat.completions.create({ model: "m", messages: user("acked: " + tricky), stream: true }), (e) => e.choices[0]?.delta?.content),
  openai_responses_acked: async () => acked(await openai.responses.create({ model: "m", input: "acked: " + tricky, stream: true }), (e) => e.delta),
  anthropic_acked: async () => acked(await anthropic.messages.create({ model: "m", max_tokens: 64, messages: user("acked: " + tricky), stream: true }), (e) => e.delta?.text),
  gemini_acked: async () => acked(await gemini.models.generateContentStream({ model: "m", contents: "acked: " + tricky }), (e) => e.text),
  undici_raw: async () => {
    const body = `{ "model":"m","messages" : [{"role":"user","content":${JSON.stringify(tricky)}}],  "n": 1.50e0 , "big": 12345678901234567890 }\r\n`;
    const answer = await fetch(`https://api.openai.com${port}/v1/chat/completions`, { method: "POST", body, headers: { "content-type": "application/json" } });
    return { status: answer.status, type: answer.headers.get("content-type"), id: answer.headers.get("x-request-id"), body: await answer.text() };
  },
  openai_blocked: async () => openai.chat.completions.create({ model: "m", messages: user(token) }),
  openai_blocked_20_mb: async () => openai.chat.completions.create({ model: "m", messages: user("x".repeat(20 << 20) + " " + token) }),
  anthropic_blocked: async () => anthropic.messages.create({ model: "m", max_tokens: 64, messages: user(token) }),
  gemini_blocked: async () => (await gemini.models.generateContent({ model: "m", contents: token })).text,
  openai_six_turns: () => conversation(async (messages) => (await openai.chat.completions.create({ model: "m", messages })).choices[0].message.content),
  anthropic_six_turns: () => conversation(async (messages) => (await anthropic.messages.create({ model: "m", max_tokens: 64, messages })).content[0].text),
  gemini_six_turns: () => conversation(async (turns) => (await gemini.models.generateContent({ model: "m", contents: gemini_turns(turns) })).text),
  openai_next_turn: async () => (await openai.chat.completions.create({ model: "m", messages: [...user("社外秘"), { role: "assistant", content: "a" }, ...user("next")] })).choices[0].message.content,
};

for (const [name, check] of Object.entries(checks)) {
  attempts = 0;
  answers = [];
  let seen;
  try {
    seen = { value: await check() };
  } catch (e) {
    seen = { error: e.constructor.name, status: e.status, message: e.message.slice(0, 2000), cause: e.cause && String(e.cause) };
  }
  console.log(JSON.stringify({ name, attempts, answers, ...seen }));
}
process.exit(0);
