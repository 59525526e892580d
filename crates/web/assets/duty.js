// The duty screen: live by server-sent events; whatever was missed is fetched whole.
(function () {
  'use strict';
  var $ = function (id) { return document.getElementById(id); };
  var screen = $('screen'), dialog = $('dialog'), link = $('link');
  var ahead = Number(screen.dataset.now) - Date.now(), lostAt = 0, audio = null;
  // Until then the card is of somebody registered a second time, who is not the last to enter.
  var heldUntil = 0, HOLD_MS = 20000;

  // The clock is the server's: a wrong clock on this device must not make a fresh entry look old.
  function two(n) { return (n < 10 ? '0' : '') + n; }
  setInterval(function () {
    var t = new Date(Date.now() + ahead + 8 * 3600e3);
    $('clock').textContent = two(t.getUTCHours()) + ':' + two(t.getUTCMinutes()) + ':' + two(t.getUTCSeconds());
    if (lostAt) {
      link.lastElementChild.textContent = screen.dataset.lost + ' ' + Math.round((Date.now() - lostAt) / 1000) + ' ' + screen.dataset.seconds;
    }
    // A new hour has a new word, and ten minutes later the old one goes.
    if (t.getUTCMinutes() % 10 === 0 && t.getUTCSeconds() === 1) refresh();
  }, 1000);

  function put(id, html) { if ($(id).innerHTML !== html) $(id).innerHTML = html; }
  function putCard(html) {
    // The card of a live entry says more (the test, the itinerary) than what is kept of it.
    var box = document.createElement('div');
    box.innerHTML = html;
    var same = ['h2', '.t', '.who'].every(function (part) {
      var fresh = box.querySelector(part), there = $('card').querySelector(part);
      return fresh && there && fresh.textContent === there.textContent;
    });
    if (!same) put('card', html);
  }
  function putAlerts(html) {
    // The same alert stays as it is, so that a note being typed is not lost.
    var box = document.createElement('div');
    box.innerHTML = html;
    var fresh = box.querySelector('[data-alert]'), there = $('alerts').querySelector('[data-alert]');
    if (fresh && there && fresh.dataset.alert === there.dataset.alert) {
      there.querySelector('h2').innerHTML = fresh.querySelector('h2').innerHTML;
    } else {
      $('alerts').innerHTML = html;
    }
  }

  var asking = false, again = false;
  function refresh() {
    if (asking) { again = true; return; }
    asking = true;
    fetch('/duty/state').then(function (r) {
      if (r.status === 401) { location.reload(); }
      if (!r.ok) throw new Error('state');
      return r.json();
    }).then(function (s) {
      ahead = s.now - Date.now();
      $('word').textContent = s.word;
      $('before').hidden = !s.before;
      $('before').lastElementChild.textContent = s.before || '';
      if (Date.now() > heldUntil) putCard(s.card);
      put('list', s.list); put('counts', s.counts); putAlerts(s.alerts);
    }).catch(function () { /* the live link says when it is lost */ }).then(function () {
      asking = false;
      if (again) { again = false; refresh(); }
    });
  }

  function entry(e) {
    var s = JSON.parse(e.data), list = $('list');
    $('card').innerHTML = s.card;
    heldUntil = 0;
    list.insertAdjacentHTML('afterbegin', s.row);
    while (list.children.length > 20) list.lastElementChild.remove();
    var count = $('counts').querySelector('b');
    count.textContent = Number(count.textContent) + 1;
    tone(s.decision);
    if (s.decision !== 'pass') refresh();
  }

  // What is known by now of somebody who entered with their status unknown.
  function verdict(e) {
    tone(e.data);
    refresh();
  }

  var events = null, heardAt = 0;
  function alive() { heardAt = Date.now(); }
  function connect() {
    if (events) events.close();
    alive();
    events = new EventSource('/duty/events');
    events.addEventListener('entry', entry);
    events.addEventListener('verdict', verdict);
    events.addEventListener('revoked', function () { events.close(); location.reload(); });
    ['alert', 'disposed', 'head', 'skipped'].forEach(function (name) { events.addEventListener(name, refresh); });
    ['entry', 'verdict', 'ping', 'alert', 'disposed', 'head', 'skipped'].forEach(function (name) { events.addEventListener(name, alive); });
    events.onopen = function () {
      alive();
      lostAt = 0;
      screen.classList.remove('lost');
      document.querySelectorAll('.unsent').forEach(function (said) { said.remove(); });
      link.classList.remove('off');
      link.lastElementChild.textContent = screen.dataset.live;
      // Whatever happened between the page (or the line before) and this line is fetched whole.
      refresh();
    };
    events.onerror = function () {
      lose();
      // Refused for good: the state says why (a revoked device is shown its page), else try again.
      if (events.readyState === EventSource.CLOSED) setTimeout(function () { refresh(); connect(); }, 5000);
    };
  }
  function lose() {
    if (!lostAt) lostAt = Date.now();
    link.classList.add('off');
    link.lastElementChild.textContent = screen.dataset.lost;
    // Nobody may take the last card for that of whoever stands at the door now.
    screen.classList.add('lost');
  }
  // A line can be dead without saying so. The server pings every 15 s; after 35 s without a word
  // the screen connects again and says that it does.
  setInterval(function () {
    if (Date.now() - heardAt > 35000) { lose(); connect(); }
  }, 5000);
  connect();

  // Three patterns that differ in number and pitch: one high, two middle, three low.
  function tone(decision) {
    if (!audio) return;
    var pattern = { pass: [880], recheck: [587, 587], stop: [330, 330, 330] }[decision] || [587, 587];
    pattern.forEach(function (pitch, i) {
      var at = audio.currentTime + i * 0.28, sound = audio.createOscillator(), level = audio.createGain();
      sound.frequency.value = pitch;
      level.gain.setValueAtTime(0.0001, at);
      level.gain.exponentialRampToValueAtTime(0.4, at + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, at + 0.22);
      sound.connect(level).connect(audio.destination);
      sound.start(at); sound.stop(at + 0.24);
    });
  }
  if (window.AudioContext) {
    $('start').hidden = false;
    $('start').addEventListener('click', function () {
      audio = new AudioContext();
      tone('pass');
      this.hidden = true;
      if (navigator.wakeLock) navigator.wakeLock.request('screen').catch(function () {});
    });
  }

  // Forms are sent without leaving the screen; without scripts they work as pages.
  document.addEventListener('submit', function (e) {
    var form = e.target;
    if (!form.hasAttribute('data-part')) return;
    e.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = '1';
    var body = new URLSearchParams(new FormData(form));
    if (e.submitter && e.submitter.name) body.set(e.submitter.name, e.submitter.value);
    fetch(form.action, { method: 'POST', body: body, headers: { 'x-part': '1' } }).then(function (r) {
      delete form.dataset.busy;
      if (r.status === 204) {
        if (dialog.open) dialog.close();
        refresh();
        return;
      }
      if (r.status === 401) { location.reload(); return; }
      if (r.status === 200 && form.id === 'reverse') {
        return r.text().then(function (html) {
          if (dialog.open) dialog.close();
          $('card').innerHTML = html;
          heldUntil = Date.now() + HOLD_MS;
          tone($('card').querySelector('[data-again]').dataset.again);
        });
      }
      // These answer with the same form and what is wrong with it; anything else is a page.
      var part = r.status === 422 || (form.id === 'reverse' && (r.status === 409 || r.status === 503));
      return r.text().then(function (html) {
        if (part && form.id === 'reverse' && html.indexOf('<form') === 0) {
          dialog.innerHTML = html;
          if (!dialog.open) dialog.showModal();
          focusFirst();
          checkId();
        }
        else if (part && form.closest('#alerts')) { $('alerts').innerHTML = html; focusFirst(); }
        else { unsent(form); }
      });
    }).catch(function () { delete form.dataset.busy; unsent(form); });
  });
  // Nobody may believe that something was registered when it was not.
  function unsent(form) {
    var said = form.querySelector('.unsent');
    if (!said) {
      said = document.createElement('p');
      said.setAttribute('role', 'alert');
      said.className = 'unsent';
      form.appendChild(said);
    }
    said.textContent = screen.dataset.unsent;
  }
  document.addEventListener('submit', function (e) {
    var said = e.target.querySelector('.unsent');
    if (said) said.remove();
  });
  function focusFirst() {
    var field = document.querySelector('[autofocus]');
    if (field) field.focus();
  }

  // The form, empty or with what a scanner read, which is sent at once.
  function openReverse(read) {
    fetch('/duty/reverse-scan', { headers: { 'x-part': '1' } }).then(function (r) { return r.text(); }).then(function (html) {
      dialog.innerHTML = html;
      if (!dialog.open) dialog.showModal();
      $('code').focus();
      if (!read) return;
      $(/^\d{17}[\dXx]$/.test(read) ? 'id_number' : 'code').value = read;
      $('reverse').querySelector('.acts button').click();
    }).catch(function () { unsent(document.querySelector('.foot')); });
  }
  $('open-reverse').addEventListener('click', function (e) {
    if (!dialog.showModal) return;
    e.preventDefault();
    openReverse('');
  });

  // A hand-held scanner types wherever it stands, in a burst that Enter ends: no button may take a
  // space or the end of a code for a press.
  var burst = '', burstAt = 0, BURST_MS = 300;
  document.addEventListener('keydown', function (e) {
    if (!dialog.showModal || dialog.open || e.target.closest('input, select, textarea') || e.ctrlKey || e.altKey || e.metaKey) return;
    if (Date.now() - burstAt > BURST_MS) burst = '';
    if (e.key === 'Enter' && burst.length > 3) {
      e.preventDefault();
      openReverse(burst);
      burst = '';
    } else if (e.key.length === 1 && (e.key !== ' ' || burst)) {
      e.preventDefault();
      burst += e.key;
      burstAt = Date.now();
    }
  });
  dialog.addEventListener('click', function (e) {
    if (e.target.closest('[data-close]')) { e.preventDefault(); dialog.close(); }
  });
  dialog.addEventListener('input', checkId);

  // The check digit on the spot (GB 11643-1999, MOD 11-2); the server's word is the one that counts.
  function checkId() {
    var hint = $('id-check'), kind = $('id_kind'), field = $('id_number');
    if (!hint || !kind || !field) return;
    var id = field.value.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();
    hint.textContent = '';
    if (kind.value !== 'resident_id' || !/^\d{17}[\dX]$/.test(id)) return;
    var weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], sum = 0;
    for (var i = 0; i < 17; i += 1) sum += Number(id[i]) * weights[i];
    hint.textContent = '10X98765432'[sum % 11] === id[17] ? hint.dataset.good : hint.dataset.bad;
  }
})();
