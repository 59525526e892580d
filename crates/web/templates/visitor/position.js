// Asks where the phone is, with the reason on the page, and lets the entry go on whatever the answer.
window.vcBefore = function (form, go) {
  var field = form.elements.position, gone = false;
  function on() { if (!gone) { gone = true; go(); } }
  if (!navigator.geolocation || field.value) { on(); return; }
  // Whoever is asked by the browser has time to read why; a phone that does not answer waits no longer.
  setTimeout(on, 20000);
  navigator.geolocation.getCurrentPosition(function (at) {
    var c = at.coords;
    field.value = [c.latitude.toFixed(6), c.longitude.toFixed(6), Math.ceil(c.accuracy || 0)].join(',');
    on();
  }, on, { enableHighAccuracy: true, timeout: 8000, maximumAge: 30000 });
};
