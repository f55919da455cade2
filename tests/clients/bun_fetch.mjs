// Bun's own fetch (the runtime of Claude Code): two streams one after the other over the environment's proxy, each event confirmed before the
// service sends the next; what was seen as one JSON line each.
//
// bun bun_fetch.mjs --control PORT      with HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS
const control = process.argv[process.argv.indexOf("--control") + 1];
const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "acked: one two three 日本語" }] });

for (let n = 0; n < 2; n++) {
  const answer = await fetch("https://api.openai.com/v1/chat/completions", {
    method: "POST", body, headers: { "content-type": "application/json", authorization: "Bearer sk-local" }, signal: AbortSignal.timeout(20000),
  });
  let text = "", read = 0, events = 0;
  const decoder = new TextDecoder();
  for await (const piece of answer.body) {
    text += decoder.decode(piece, { stream: true });
    for (let end; (end = text.indexOf("\n\n", read)) >= 0; read = end + 2) {
      if (text.startsWith("data: [DONE]", read)) continue;
      events++;
      await fetch(`http://127.0.0.1:${control}/ack`).then((r) => r.arrayBuffer());
    }
  }
  console.log(JSON.stringify({ status: answer.status, begins: text.slice(0, 6), events }));
}
