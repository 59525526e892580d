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
  // One press, one submission.
  document.getElementById('register').addEventListener('submit', function (e) {
    if (this.dataset.sent) { e.preventDefault(); return; }
    this.dataset.sent = '1';
  });
  addEventListener('pageshow', function () { delete document.getElementById('register').dataset.sent; });
})();
