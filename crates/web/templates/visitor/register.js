(function () {
  // Counts down after a code was sent; without scripts the server says the same.
  var button = document.getElementById('get-code'), text = button.textContent, left = 60;
  if (document.getElementById('sent')) {
    button.disabled = true;
    var timer = setInterval(function () {
      left -= 1;
      button.textContent = left > 0 ? text + ' ' + left : text;
      if (left <= 0) { button.disabled = false; clearInterval(timer); }
    }, 1000);
  }
  // Whose document does not say when they were born is asked for their age.
  var kind = document.getElementById('id_kind'), age = document.getElementById('age');
  kind.addEventListener('change', function () { age.hidden = kind.value === 'resident_id'; });
  // The switches keep what was typed; without scripts they lead to an empty form.
  var form = document.getElementById('register');
  document.querySelectorAll('nav a').forEach(function (a) {
    a.addEventListener('click', function (e) {
      var typed = [].some.call(form.querySelectorAll('[type=text],[type=tel]'), function (field) { return field.value; });
      if (!typed) return;
      e.preventDefault();
      // A button: whoever comes back to this page finds the form itself as it was.
      var look = document.createElement('button');
      look.hidden = true;
      look.name = 'look';
      look.value = /=(\w+)/.exec(a.getAttribute('href'))[1];
      look.formAction = form.action.replace(/register$/, 'look');
      form.appendChild(look);
      look.click();
    });
  });
  // One press, one submission.
  form.addEventListener('submit', function (e) {
    if (this.dataset.sent) { e.preventDefault(); return; }
    this.dataset.sent = '1';
  });
  addEventListener('pageshow', function () { delete form.dataset.sent; });
})();
