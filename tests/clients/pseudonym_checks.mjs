// Questions with personal data through a gateway that pseudonymises, with the official SDKs: one whole and one streamed answer each. The
// service repeats what it read, a few characters an event; one JSON line a check with the text that the program saw.
// node pseudonym_checks.mjs --ca FILE --proxy URL --mail ADDRESS
import fs from "node:fs";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { ProxyAgent, fetch as undici_fetch } from "undici";

const args = {};
for (let i = 2; i < process.argv.length; i += 2) args[process.argv[i].slice(2)] = process.argv[i + 1];
const dispatcher = new ProxyAgent({ uri: args.proxy, requestTls: { ca: fs.readFileSync(args.ca) } });
const fetch = (url, init) => undici_fetch(url, { ...init, dispatcher, duplex: init?.body ? "half" : undefined });
globalThis.fetch = fetch;  // @google/genai takes no fetch of its own

const openai = new OpenAI({ apiKey: "sk-local", fetch });
const anthropic = new Anthropic({ apiKey: "local", fetch });
const gemini = new GoogleGenAI({ apiKey: "local" });
const text = `split: write to ${args.mail}, S SKS_`;
const messages = [{ role: "user", content: text }];

async function collected(stream, of) {
  let out = "";
  for await (const event of stream) out += of(event) ?? "";
  return out;
}

const checks = {
  openai_chat: async () => (await openai.chat.completions.create({ model: "m", messages })).choices[0].message.content,
  openai_stream: async () => collected(await openai.chat.completions.create({ model: "m", messages, stream: true }), (e) => e.choices[0]?.delta?.content),
  openai_stream_helper: async () => (await openai.chat.completions.stream({ model: "m", messages }).finalChatCompletion()).choices[0].message.content,
  openai_responses: async () => (await openai.responses.create({ model: "m", input: text })).output_text,
  openai_responses_stream: async () => collected(await openai.responses.create({ model: "m", input: text, stream: true }), (e) => (e.type === "response.output_text.delta" ? e.delta : "")),
  openai_responses_stream_helper: async () => (await openai.responses.stream({ model: "m", input: text }).finalResponse()).output_text,
  anthropic_messages: async () => (await anthropic.messages.create({ model: "m", max_tokens: 64, messages })).content[0].text,
  anthropic_stream: async () => (await anthropic.messages.stream({ model: "m", max_tokens: 64, messages }).finalMessage()).content[0].text,
  gemini_generate: async () => (await gemini.models.generateContent({ model: "m", contents: text })).text,
  gemini_stream: async () => collected(await gemini.models.generateContentStream({ model: "m", contents: text }), (e) => e.text),
};

for (const [name, check] of Object.entries(checks)) {
  let seen;
  try {
    seen = { value: await check() };
  } catch (e) {
    seen = { error: `${e.constructor.name}: ${e.message}`.slice(0, 2000) };
  }
  console.log(JSON.stringify({ name, ...seen }));
}
process.exit(0);
