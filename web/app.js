// Shows what this oracle serves. Amounts are decimal strings of base units and never become numbers.
const $ = (id) => document.getElementById(id);

async function read(path) {
  const response = await fetch(path);
  const body = await response.json();
  if (!response.ok) throw new Error(body.error ?? `HTTP ${response.status}`);
  return body;
}

function cell(row, content) {
  row.insertCell().append(content);
}

async function showEpochs() {
  try {
    const epochs = await read("v1/epochs");
    $("state").textContent = epochs.length ? "" : "No epoch has ended yet.";
    $("epochs").hidden = epochs.length === 0;
    for (const epoch of epochs) {
      const row = $("epochs").tBodies[0].insertRow();
      const evidence = document.createElement("a");
      evidence.href = `v1/epochs/${epoch.epoch}/evidence`;
      evidence.textContent = epoch.evidence_hash.slice(0, 18) + "…";
      [epoch.epoch, epoch.status, epoch.entries, epoch.total, evidence].forEach((content) => cell(row, content));
    }
  } catch (error) {
    $("state").textContent = `The epochs cannot be read: ${error.message}. Reload to try again.`;
  }
}

function explanation(epoch) {
  const box = document.createElement("details");
  const title = document.createElement("summary");
  const units = epoch.result ? (epoch.result.linked ? `${epoch.result.entry} units granted` : `${epoch.result.earned} units accrued`) : "nothing counted";
  title.textContent = `Epoch ${epoch.epoch}: ${units}`;
  const list = document.createElement("ul");
  const line = (text) => list.appendChild(document.createElement("li")).append(text);
  for (const item of epoch.items) {
    const factors = item.factors.map((factor) => `${factor.name} ${factor.milli}/1000`).join(", ");
    line(`${item.fact} (${item.kind}, slice ${item.slice}): ${item.points} milli-points${factors && `, ${factors}`}: ${item.units} units`);
    item.notes.forEach(line);
  }
  for (const refusal of epoch.refusals) line(`${refusal.fact}: ${refusal.reason}`);
  box.append(title, list);
  return box;
}

$("why").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = $("answer");
  answer.textContent = "Reading…";
  try {
    const epochs = await read(`v1/contributors/${encodeURIComponent($("who").value.trim())}/explain`);
    answer.replaceChildren(...(epochs.length ? epochs.map(explanation) : ["Nothing of this account was seen in any epoch."]));
  } catch (error) {
    answer.textContent = error.message;
  }
});

showEpochs();
