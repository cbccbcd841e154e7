// Takes the personal link the clerk gave and keeps it with the mailbox, for the check at the moment of sending.
function tokenOf(text) {
  var found = /([A-Za-z0-9_-]{8,600}\.[A-Za-z0-9_-]{43})\s*$/.exec(text.trim());
  return found ? found[1] : "";
}

function keep(text, tell) {
  var token = tokenOf(text);
  if (!token) { tell("@no_link@"); return; }
  Office.context.roamingSettings.set("checkLink", token);
  Office.context.roamingSettings.saveAsync(function (result) {
    tell(result.status === Office.AsyncResultStatus.Succeeded ? "@saved@" : "@not_saved@");
  });
}

Office.onReady(function () {
  var field = document.getElementById("link");
  document.getElementById("save").addEventListener("click", function () {
    keep(field.value, function (text) { document.getElementById("told").textContent = text; });
    field.value = "";
  });
});
