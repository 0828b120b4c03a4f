// A random name for an upload: two visitors who send the same file never share one on the server, so each can
// be deleted as soon as it was read, and the name a file had at home is not sent with its content.
const randomName = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");
