// What this tablet keeps: encrypted (AES-256-GCM) under a key that no script can read out, and that
// signing out destroys. Without the key what is left is noise.

const NAME = "qoltanba-field";

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function opened() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    for (const name of ["keys", "things"]) request.result.createObjectStore(name);
  };
  return asked(request);
}

export class Store {
  #base = null;
  #key = null;

  /** Open it with the key there is, or a new one. */
  async open() {
    this.#base ??= await opened();
    this.#key = await asked(this.#keys("readonly").get("key"));
    if (this.#key) return;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await asked(this.#keys("readwrite").put(made, "key"));
    this.#key = made;
  }

  /** Keep a thing under a name. */
  async put(name, thing) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(thing));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: label(name) }, this.#key, plain);
    await asked(this.#things("readwrite").put({ iv, sealed }, name));
  }

  /** The thing, or null where there is none that this key opens. */
  async get(name) {
    const kept = await asked(this.#things("readonly").get(name));
    if (!kept) return null;
    try {
      const given = { name: "AES-GCM", iv: kept.iv, additionalData: label(name) };
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(given, this.#key, kept.sealed)));
    } catch {
      return null;
    }
  }

  async remove(name) {
    await asked(this.#things("readwrite").delete(name));
  }

  async names(prefix) {
    const names = await asked(this.#things("readonly").getAllKeys());
    return names.filter((name) => name.startsWith(prefix));
  }

  /** Destroy the key first, then what it had encrypted. */
  async destroy() {
    await asked(this.#keys("readwrite").clear());
    await asked(this.#things("readwrite").clear());
    this.#key = null;
  }

  #keys(mode) {
    return this.#base.transaction("keys", mode).objectStore("keys");
  }

  #things(mode) {
    return this.#base.transaction("things", mode).objectStore("things");
  }
}

function label(name) {
  return new TextEncoder().encode(name);
}
