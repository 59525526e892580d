(function () {
  // One press, one person: the position is asked for with the press, and no other is taken meanwhile.
  var forms = document.querySelectorAll('form.member'), asked = false;
  function busy(on) {
    forms.forEach(function (form) { form.querySelector('button').disabled = on; });
  }
  forms.forEach(function (form) {
    form.addEventListener('submit', function (e) {
      e.preventDefault();
      if (asked) return;
      asked = true;
      busy(true);
      window.vcBefore(form, function () { form.submit(); });
    });
  });
  // Coming back with the back button shows the page as it was left: the buttons must work again.
  addEventListener('pageshow', function (e) {
    if (e.persisted) { asked = false; busy(false); }
  });
})();
