// The official SDKs, pointed at the gateway the way a company's developers do it.
import fs from "node:fs";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { ProxyAgent, fetch as undici_fetch } from "undici";

// Counts what an SDK really sends: the tests assert one attempt where the gateway said no.
export function counting_fetch(proxy, ca, token) {
  const dispatcher = new ProxyAgent({ uri: proxy, ...(token && { token }), requestTls: { ca: fs.readFileSync(ca) } });
  const count = { attempts: 0 };
  const fetch = (url, init) => {
    count.attempts++;
    return undici_fetch(url, { ...init, dispatcher, duplex: init?.body ? "half" : undefined });
  };
  return { fetch, count, close: () => dispatcher.close() };
}

export const basic = (user, password) => "Basic " + Buffer.from(`${user}:${password}`).toString("base64");

// Keys of the right shape and no service: 48 and 93 random characters would be real ones.
export const openai_client = (fetch, baseURL) => new OpenAI({ apiKey: "sk-local-demo", fetch, ...(baseURL && { baseURL }) });
export const anthropic_client = (fetch) => new Anthropic({ apiKey: "local-demo", fetch });
