// Passkeys: asks the browser for one and posts what it gave.
// A form says what it wants: data-passkey="add", "show" (options in #js_data) or "sign-in" (options
// are fetched from where it posts). Without passkeys in this browser the form stays hidden.

const { webauthnJSON } = window;

function options() {
  return JSON.parse(document.getElementById("js_data").textContent);
}

function add() {
  const { creation_options: wanted } = options();
  Object.assign(wanted.publicKey.authenticatorSelection, {
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  });
  return webauthnJSON.create(wanted);
}

function show() {
  return webauthnJSON.get(options().request_options);
}

async function signIn(form) {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`passkey options: ${answer.status}`);
  return webauthnJSON.get((await answer.json()).request_options);
}

const ask = { add, show, "sign-in": signIn };

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || !webauthnJSON) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-passkey-failed]");
    failed.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await ask[form.dataset.passkey](form));
      form.submit();
    } catch {
      // Given up, timed out or none there: the words beside the button say what else is possible.
      failed.hidden = false;
    }
  });
}
