// Verifies one delivery with npm's standardwebhooks, as its documentation shows, and prints its type.
import { Webhook } from "standardwebhooks";

let text = "";
for await (const part of process.stdin) text += part;
const { secret, headers, body } = JSON.parse(text);
console.log(new Webhook(secret).verify(body, headers).type);
