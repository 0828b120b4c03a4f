// Asks every few seconds whether the model has come: then the page is loaded anew, as its own.
const EVERY = 3000; // milliseconds
const reason = element.querySelector(".reason");
const ask = async () => {
  try {
    const address = new URL("gradio_api/run/model", document.baseURI);
    const reply = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ data: [] }),
    });
    const { revision } = (await reply.json()).data[0];
    if (revision.source !== "waiting") return location.reload();
    // A text that stays the same is not read out again.
    if (reason.textContent !== revision.why) reason.textContent = revision.why;
  } catch (error) {
    // The server is busy or starts anew; the next question finds out.
  }
  setTimeout(ask, EVERY);
};
setTimeout(ask, EVERY);
