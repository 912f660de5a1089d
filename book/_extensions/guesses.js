// On the landing page: commit to true, half true or false; only then the card turns over. At the end, how many were right.
(() => {
  const cards = [...document.querySelectorAll("details.guess")], answers = ["true", "half true", "false"];
  const told = Object.assign(document.createElement("p"), { className: "guess-told" });
  told.setAttribute("role", "status");
  let right = 0, open = cards.length;

  function turn(card, answer, buttons, said) {
    if (card.open) return;
    const hit = card.classList.contains(`guess-${answer.replace(" ", "-")}`);
    for (const button of buttons) {
      button.setAttribute("aria-disabled", true);
      button.setAttribute("aria-pressed", button.textContent === answer);
    }
    said.textContent = hit ? " You were right." : " Not quite.";
    card.hidden = false;
    card.open = true;
    card.querySelector("summary").hidden = true; // it stands above the buttons
    right += hit;
    told.textContent = --open ? `${open} to go.` : `You got ${right} of ${cards.length}. `;
    if (!open) told.append(Object.assign(document.createElement("a"), { href: document.querySelector(".begin a").href, textContent: "Begin." }));
  }

  for (const card of cards) {
    const group = document.createElement("fieldset"), said = document.createElement("span");
    group.className = "guess-choice";
    group.append(Object.assign(document.createElement("legend"), { textContent: card.querySelector("summary").textContent.trim() }));
    const buttons = answers.map((answer) => Object.assign(document.createElement("button"), { type: "button", textContent: answer }));
    for (const button of buttons) button.addEventListener("click", () => turn(card, button.textContent, buttons, said));
    said.setAttribute("role", "status");
    group.append(...buttons, said);
    card.before(group);
    card.hidden = true;
  }
  cards.at(-1).after(told);
})();
