// How strong a new password is, said while it is typed. It is computed here and sent
// nowhere; the server decides by its own, longer list when the form arrives. What is
// refused here is refused there, too (identity/user/policy.go).

// A sample of what leads every published list, folded.
const common = new Set(`password passwort motdepasse contrasena senha123456 password1 password12 password123
password1234 password12345 password123456 passw0rd p@ssw0rd p@ssword iloveyou iloveyou1 princess sunshine football
baseball superman batman123 trustno1 whatever starwars computer internet michelle jennifer dragon123 monkey123
qwertyui qwertyuiop qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyuiopasdfghjkl qwertzuiop azertyuiop 1qaz2wsx
1qaz2wsx3edc 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y zaq12wsx asdfghjkl asdfghjkl123 zxcvbnm123 zxcvbnm1 admin123
administrator administrator1 changeme changeme123 welcome1 welcome123 welcome1234 welcome12345 letmein1 letmein123
letmein12345 letmeinplease hello123 helloworld test1234 testtest secret123 summer2023 summer2024 summer2025 summer2026
winter2024 winter2025 winter2026 correcthorsebatterystaple opensesame abcd1234 abc123456 abc12345678 a1b2c3d4 a1b2c3d4e5
aa123456 1234abcd 123qweasd 123qweasdzxc q1w2e3r4 q1w2e3r4t5 iloveyou123 liverpool chelsea123 manchester barcelona
juventus borussia pokemon123 minecraft fortnite christmas jesuschrist`.split(/\s+/));

const fold = (s) => s.normalize("NFC").toLowerCase();

// One short piece repeated, or counting up or down.
function monotonous(chars) {
  for (let unit = 1; unit <= 4 && unit * 2 <= chars.length; unit++) {
    if (chars.every((c, i) => i < unit || c === chars[i - unit])) return true;
  }
  return [1, -1].some((step) => chars.every((c, i) => {
    if (i === 0) return true;
    const before = chars[i - 1];
    return c.codePointAt(0) === before.codePointAt(0) + step || (before === "9" && c === "0") || (before === "0" && c === "9");
  }));
}

// Nothing but words that anybody would guess who knows the person and the place.
function madeOf(text, words) {
  const letters = text.replace(/\P{L}/gu, "");
  if (letters === "") return false;
  const reach = new Set([0]);
  for (let i = 0; i < letters.length; i++) {
    if (!reach.has(i)) continue;
    for (const word of words) if (letters.startsWith(word, i)) reach.add(i + word.length);
  }
  return reach.has(letters.length);
}

// Of an address count the part before the @ and the domain without its ending.
function wordsOf(texts) {
  const words = new Set();
  const pieces = texts.flatMap((text) => {
    const [local, domain] = text.split("@");
    return domain === undefined ? [text] : [local, ...domain.split(".").slice(0, -1)];
  });
  for (const text of pieces) {
    const parts = fold(text).split(/\P{L}+/u);
    for (const word of [...parts, parts.join("")]) if ([...word].length >= 3) words.add(word);
  }
  return words;
}

// Bits that a guesser has to go through, generously estimated: the alphabet in use,
// less for characters that come again or follow their neighbour.
function bits(chars) {
  const text = chars.join("");
  let alphabet = 0;
  if (/\p{Ll}/u.test(text)) alphabet += 26;
  if (/\p{Lu}/u.test(text)) alphabet += 26;
  if (/\p{Nd}/u.test(text)) alphabet += 10;
  if (/[^\p{L}\p{Nd}]/u.test(text)) alphabet += 20;
  if (/\p{Lo}/u.test(text)) alphabet += 1000;
  const seen = new Map();
  let total = 0;
  chars.forEach((c, i) => {
    const times = seen.get(c) ?? 0;
    seen.set(c, times + 1);
    const near = i > 0 && Math.abs(c.codePointAt(0) - chars[i - 1].codePointAt(0)) <= 1;
    total += (near ? 0.3 : 1) * Math.log2(Math.max(alphabet, 2)) / (1 + times / 3);
  });
  return total;
}

export { wordsOf };

export function judge(password, { min, max, words }) {
  const text = password.normalize("NFC");
  const chars = [...text];
  const folded = fold(text);
  const kept = {
    length: chars.length >= min && chars.length <= max,
    upper: /\p{Lu}/u.test(text),
    lower: /\p{Ll}/u.test(text),
    digit: /\p{Nd}/u.test(text),
    symbol: /[^\p{L}\p{M}\p{N}\p{Z}\p{C}]/u.test(text),
    known: !common.has(folded) && !monotonous([...folded]) && !madeOf(folded, words),
  };
  const estimate = bits(chars);
  const score = estimate < 60 ? 2 : estimate < 80 ? 3 : 4;
  return { kept, score };
}

function watch(box) {
  const input = document.getElementById(box.dataset.strength);
  if (!input) return;
  const meter = box.querySelector("meter");
  const says = box.querySelector("p");
  const lines = [...input.closest(".entry").querySelectorAll("[data-rule]")];
  const { min, max, refused, fair, good, strong } = box.dataset;
  const names = ["email", "name", "given_name", "family_name"];
  let later;

  const look = () => {
    // The form's other fields know who the person is, as far as they told.
    const told = names.map((name) => input.form.elements[name]?.value ?? "");
    const words = wordsOf([...box.dataset.words.split(" "), ...told]);
    const { kept, score } = judge(input.value, { min: Number(min), max: Number(max), words });
    const empty = input.value === "";
    let all = true;
    for (const line of lines) {
      const good = !empty && kept[line.dataset.rule];
      line.classList.toggle("kept", good);
      all &&= good;
    }
    box.hidden = empty;
    meter.value = empty ? 0 : all ? score : 1;
    box.dataset.score = String(meter.value);
    // A screen reader is told when the person pauses, not at every key.
    clearTimeout(later);
    const word = empty ? "" : all ? [fair, fair, fair, good, strong][score] : refused;
    later = setTimeout(() => { if (says.textContent !== word) says.textContent = word; }, 300);
  };
  input.addEventListener("input", look);
  look();
}

for (const box of document.querySelectorAll("[data-strength]")) watch(box);
