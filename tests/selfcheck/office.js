// A stand-in for the parts of Office.js the add-in calls, faithful to their shapes: asynchronous results with a status,
// recipients as {displayName, emailAddress}, roaming settings saved on request, one notification per key. Reads a scene
// from standard input, runs the add-in's own script against it, prints what Outlook would have been told.
"use strict";
const fs = require("fs");
const http = require("http");
const vm = require("vm");
const scene = JSON.parse(fs.readFileSync(0, "utf8"));
const told = { completed: null, notifications: {}, requests: [] };

function later(value, callback, failed) {
  setImmediate(() => callback(failed
    ? { status: "failed", error: { code: 9001, name: "GenericResponseError", message: "failed" } }
    : { status: "succeeded", value }));
}
const fails = new Set(scene.fails || []);
const field = (name, value) => ({
  getAsync(...args) {
    if (name === "body" && args[0] !== "text") { throw new TypeError("coercionType"); }
    later(value, args[args.length - 1], fails.has(name));
  },
});
const people = (list) => (list || []).map((one) => ({ displayName: one, emailAddress: one.includes("@") ? one : "" }));
const settings = new Map(scene.token ? [["checkLink", scene.token]] : []);
const item = {
  to: field("to", people(scene.to)), cc: field("cc", people(scene.cc)), bcc: field("bcc", people(scene.bcc)),
  subject: field("subject", scene.subject || ""), body: field("body", scene.text || ""),
  getAttachmentsAsync(callback) { later((scene.attachments || []).map((name) => ({ name, isInline: name.startsWith("inline") })), callback); },
  notificationMessages: { replaceAsync(key, details, callback) { told.notifications[key] = details; later(undefined, callback); } },
};
class XMLHttpRequest {
  open(method, url) { this.method = method; this.url = url; this.headers = {}; }
  setRequestHeader(name, value) { this.headers[name] = value; }
  send(body) {
    told.requests.push({ method: this.method, url: this.url, headers: this.headers, body: JSON.parse(body) });
    if (!scene.server) { setImmediate(() => this.onerror()); return; }
    const target = new URL(new URL(this.url).pathname, scene.server);
    const request = http.request(target, { method: this.method, headers: { ...this.headers, Host: scene.host || target.host } }, (answer) => {
      let text = "";
      answer.on("data", (part) => { text += part; });
      answer.on("end", () => { this.status = answer.statusCode; this.responseText = text; this.onload(); });
    });
    request.setTimeout(scene.wait || this.timeout, () => { request.destroy(); this.ontimeout(); });
    request.on("error", () => { if (!scene.wait) { this.onerror(); } });
    request.end(body);
  }
}
const handlers = {};
const Office = {
  AsyncResultStatus: { Succeeded: "succeeded", Failed: "failed" },
  CoercionType: { Text: "text", Html: "html" },
  MailboxEnums: { ItemNotificationMessageType: { ErrorMessage: "errorMessage" } },
  actions: { associate(name, handler) { handlers[name] = handler; } },
  context: { roamingSettings: { get: (key) => settings.get(key), set: (key, value) => settings.set(key, value), saveAsync: (callback) => later(undefined, callback) }, mailbox: { item } },
  onReady(callback) { callback({ host: "Outlook" }); },
};
const fields = {};
const document = { getElementById: (id) => (fields[id] = fields[id] || { value: "", addEventListener(name, handler) { this.handler = handler; } }) };
vm.runInNewContext(fs.readFileSync(scene.script, "utf8"), { Office, XMLHttpRequest, document, Promise, JSON, Error, setTimeout });
if (scene.link !== undefined) {
  fields.link.value = scene.link;
  fields.save.handler();
  setTimeout(() => process.stdout.write(JSON.stringify({ told: fields.told.textContent, kept: settings.get("checkLink") || "", field: fields.link.value })), 50);
} else {
  let done = 0;
  handlers.onMessageSendHandler({ completed(options) { done += 1; told.completed = options; } }).then(() => {
    told.times = done;
    process.stdout.write(JSON.stringify(told));
  });
}
