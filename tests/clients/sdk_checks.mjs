// The same questions with the official SDKs, directly or through the gateway; one JSON line each with what the program saw.
// node sdk_checks.mjs --port N --ca FILE [--proxy URL]   (without --proxy: straight to the local service)
import fs from "node:fs";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { Agent, ProxyAgent, fetch as undici_fetch } from "undici";

const args = {};
for (let i = 2; i < process.argv.length; i += 2) args[process.argv[i].slice(2)] = process.argv[i + 1];
const ca = fs.readFileSync(args.ca);
const loopback = (_host, options, done) => (options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4));
const dispatcher = args.proxy ? new ProxyAgent({ uri: args.proxy, requestTls: { ca } }) : new Agent({ connect: { ca, lookup: loopback } });
const port = args.proxy ? "" : ":" + args.port;

let attempts = 0;
const fetch = (url, init) => {
  attempts++;
  return undici_fetch(url, { ...init, dispatcher, duplex: init?.body ? "half" : undefined });
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

const checks = {
  openai_chat: async () => (await openai.chat.completions.create({ model: "m", messages: user(tricky), temperature: 0.5 })).choices[0].message.content,
  openai_stream: async () => collected(await openai.chat.completions.create({ model: "m", messages: user(tricky), stream: true }), (e) => e.choices[0]?.delta?.content),
  openai_responses: async () => (await openai.responses.create({ model: "m", input: tricky })).output_text,
  openai_models: async () => (await openai.models.list()).data.map((m) => m.id),
  anthropic_messages: async () => (await anthropic.messages.create({ model: "m", max_tokens: 64, messages: user(tricky) })).content[0].text,
  anthropic_stream: async () => (await anthropic.messages.stream({ model: "m", max_tokens: 64, messages: user(tricky) }).finalMessage()).content[0].text,
  gemini_generate: async () => (await gemini.models.generateContent({ model: "m", contents: tricky })).text,
  gemini_stream: async () => collected(await gemini.models.generateContentStream({ model: "m", contents: tricky }), (e) => e.text),
  openai_blocked: async () => openai.chat.completions.create({ model: "m", messages: user(token) }),
  openai_blocked_20_mb: async () => openai.chat.completions.create({ model: "m", messages: user("x".repeat(20 << 20) + " " + token) }),
  anthropic_blocked: async () => anthropic.messages.create({ model: "m", max_tokens: 64, messages: user(token) }),
  gemini_blocked: async () => gemini.models.generateContent({ model: "m", contents: token }),
  openai_next_turn: async () => (await openai.chat.completions.create({ model: "m", messages: [...user("社外秘"), { role: "assistant", content: "a" }, ...user("next")] })).choices[0].message.content,
};

for (const [name, check] of Object.entries(checks)) {
  if (name.includes("blocked") && !args.proxy) continue;
  attempts = 0;
  let seen;
  try {
    seen = { value: await check() };
  } catch (e) {
    seen = { error: e.constructor.name, status: e.status, message: e.message.slice(0, 2000), cause: e.cause && String(e.cause) };
  }
  console.log(JSON.stringify({ name, attempts, ...seen }));
}
process.exit(0);
