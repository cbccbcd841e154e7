// Asks the self-check at the moment of sending. Runs in Outlook's own script runtime, so: no page, no storage, nothing kept.
// Where the server is away the message goes out and a line above it says that it was not checked.
var BASE = "@BASE@";
var WAIT = 4000;
var LONGEST = 500;

function read(source, options) {
  return new Promise(function (resolve, reject) {
    var done = function (result) {
      if (result.status === Office.AsyncResultStatus.Succeeded) { resolve(result.value); } else { reject(new Error("office")); }
    };
    if (options === undefined) { source.getAsync(done); } else { source.getAsync(options, done); }
  });
}

function attachments(item) {
  return new Promise(function (resolve) {
    if (!item.getAttachmentsAsync) { resolve(0); return; }
    item.getAttachmentsAsync(function (result) {
      var list = result.status === Office.AsyncResultStatus.Succeeded ? result.value : [];
      resolve(list.filter(function (one) { return !one.isInline; }).length);
    });
  });
}

function addresses(people) {
  return (people || []).map(function (one) { return one.emailAddress || one.displayName || "?"; });
}

function gather(item) {
  return Promise.all([
    read(item.to), read(item.cc), read(item.bcc), read(item.subject),
    read(item.body, Office.CoercionType.Text), attachments(item)
  ]).then(function (found) {
    return {
      to: addresses(found[0]), cc: addresses(found[1]), bcc: addresses(found[2]),
      subject: found[3] || "", text: found[4] || "", attachments: found[5]
    };
  });
}

function ask(draft) {
  return new Promise(function (resolve, reject) {
    var token = Office.context.roamingSettings.get("checkLink");
    if (!token) { reject(new Error("no_link")); return; }
    var request = new XMLHttpRequest();
    request.open("POST", BASE + "/api/check");
    request.timeout = WAIT;
    request.setRequestHeader("Content-Type", "application/json");
    request.setRequestHeader("Authorization", "Bearer " + token);
    request.onload = function () {
      if (request.status !== 200) { reject(new Error(request.status === 401 ? "no_link" : "away")); return; }
      try { resolve(JSON.parse(request.responseText)); } catch (error) { reject(new Error("away")); }
    };
    request.onerror = function () { reject(new Error("away")); };
    request.ontimeout = function () { reject(new Error("away")); };
    request.send(JSON.stringify(draft));
  });
}

function words(advice) {
  var lines = [advice.headline];
  if (advice.bodies && advice.bodies.length) { lines.push(advice.bodies[0].sentence); }
  lines = lines.concat(advice["do"]);
  var text = "";
  for (var n = 0; n < lines.length; n += 1) {
    var longer = text ? text + "\n" + lines[n] : lines[n];
    if (longer.length > LONGEST) { break; }
    text = longer;
  }
  return text;
}

function notice(item, key) {
  return new Promise(function (resolve) {
    var text = key === "no_link" ? "@no_link@" : "@away@";
    item.notificationMessages.replaceAsync("check", {
      type: Office.MailboxEnums.ItemNotificationMessageType.ErrorMessage, message: text
    }, function () { resolve(); });
  });
}

function onMessageSendHandler(event) {
  var item = Office.context.mailbox.item;
  return gather(item).then(ask).then(function (advice) {
    if (advice.verdict === "no_concern") { event.completed({ allowEvent: true }); return; }
    event.completed({ allowEvent: false, errorMessage: words(advice) });
  }).catch(function (error) {
    return notice(item, error.message).then(function () { event.completed({ allowEvent: true }); });
  });
}

Office.actions.associate("onMessageSendHandler", onMessageSendHandler);
