// An SMPP 3.4 message centre that does what a test asks of it over HTTP.
//
//   node centre.js SMPP_PORT [KEY_FILE CERTIFICATE_FILE]
//
// It prints its two ports, SMPP's and HTTP's; for 0 it takes any that is free.
// GET /state tells what it got and what happened; POST /behave changes how it behaves; POST /drop cuts
// all connections, /unbind asks for their end, /deliver sends a deliver_sm and tells its answer.
'use strict';
const fs = require('fs');
const http = require('http');
const smpp = require('smpp');

const [port, key, cert] = process.argv.slice(2);
const got = [];
const events = [];
const sessions = new Set();
let number = 1000;
let behaviour = {
  bind_status: 0,   // of the answer to a bind
  silent: false,    // says nothing at all
  answers: true,    // to submit_sm
  delay: 0,         // milliseconds before such an answer
  status: 0,        // of it
  statuses: [],     // of the next ones, before that
  drop_at: 0,       // cut the connection at so manyth a message, after taking it
  receipts: 'none', // none, before, after, twice
  receipt_delay: 0,
  again: false,     // a receipt refused for now is sent again
  answer_ids: 'hex', // hex or decimal
  text_ids: 'hex',
  tlv: true,        // receipts have receipted_message_id and message_state
};

const options = key ? { key: fs.readFileSync(key), cert: fs.readFileSync(cert) } : {};
const written = (id, how) => (how === 'hex' ? id.toString(16) : String(id));
const stamp = () => new Date().toISOString().replace(/[-:T]/g, '').slice(2, 12);

function receiptOf(message, stat = 'DELIVRD', state = 2) {
  const id = written(message.number, behaviour.text_ids);
  const fields = {
    source_addr: message.to,
    destination_addr: message.from,
    esm_class: 4,
    short_message:
      `id:${id} sub:001 dlvrd:001 submit date:${stamp()} done date:${stamp()} ` +
      `stat:${stat} err:000 text:${message.text.slice(0, 20).replace(/[^ -~]/g, '?')}`,
  };
  if (behaviour.tlv) {
    fields.receipted_message_id = message.id;
    fields.message_state = state;
  }
  return fields;
}

function deliver(session, fields) {
  return new Promise((answered) => {
    const sent = session.deliver_sm(fields, (answer) => {
      events.push({ event: 'receipt answered', status: answer.command_status });
      answered(answer.command_status);
    });
    if (!sent) answered(null);
  });
}

async function receipt(session, message) {
  const status = await deliver(session, receiptOf(message));
  if (status && behaviour.again) {
    setTimeout(() => receipt([...sessions][0] || session, message), 200);
  }
}

function submitted(session, pdu) {
  const short = pdu.short_message && pdu.short_message.message;
  const text = String(short && short.length ? short : pdu.message_payload.message);
  const status = behaviour.statuses.length ? behaviour.statuses.shift() : behaviour.status;
  const message = {
    number: ++number, id: written(number, behaviour.answer_ids), status, text,
    to: pdu.destination_addr, to_ton: pdu.dest_addr_ton, to_npi: pdu.dest_addr_npi,
    from: pdu.source_addr, from_ton: pdu.source_addr_ton, from_npi: pdu.source_addr_npi,
    data_coding: pdu.data_coding, esm_class: pdu.esm_class, receipt: pdu.registered_delivery,
    validity: pdu.validity_period, reference: pdu.user_message_reference,
    payload: Boolean(pdu.message_payload), at: Date.now(),
  };
  got.push(message);
  if (behaviour.drop_at && got.length === behaviour.drop_at) return session.socket.destroy();
  if (!behaviour.answers || behaviour.silent) return undefined;
  const wanted = status === 0 && pdu.registered_delivery ? behaviour.receipts : 'none';
  const answer = () => {
    if (status) return session.send(pdu.response({ command_status: status }));
    session.send(pdu.response({ message_id: message.id }));
    if (wanted === 'after' || wanted === 'twice') {
      for (let i = 0; i < (wanted === 'twice' ? 2 : 1); i += 1) {
        setTimeout(() => receipt(session, message), behaviour.receipt_delay);
      }
    }
    return undefined;
  };
  if (wanted === 'before') return receipt(session, message).then(answer);
  return behaviour.delay ? setTimeout(answer, behaviour.delay) : answer();
}

const centre = smpp.createServer(options, (session) => {
  const unlessSilent = (act) => (pdu) => (behaviour.silent ? undefined : act(pdu));
  session.on('error', (error) => events.push({ event: 'error', said: error.message }));
  session.on('close', () => { sessions.delete(session); events.push({ event: 'closed' }); });
  session.on('bind_transceiver', unlessSilent((pdu) => {
    const status = pdu.password === 'secret' ? behaviour.bind_status : smpp.ESME_RINVPASWD;
    events.push({ event: 'bind', status, system_id: pdu.system_id });
    session.send(pdu.response({ command_status: status, system_id: 'centre' }));
    if (status) session.close(); else sessions.add(session);
  }));
  session.on('enquire_link', unlessSilent((pdu) => {
    events.push({ event: 'enquire_link' });
    session.send(pdu.response());
  }));
  session.on('unbind', unlessSilent((pdu) => {
    events.push({ event: 'unbind' });
    session.send(pdu.response());
    session.close();
  }));
  session.on('generic_nack', () => events.push({ event: 'generic_nack' }));
  session.on('submit_sm', (pdu) => submitted(session, pdu));
});

async function control(path, asked) {
  switch (path) {
    case '/behave': behaviour = { ...behaviour, ...asked }; return behaviour;
    case '/drop': sessions.forEach((each) => each.socket.destroy()); return {};
    case '/unbind': sessions.forEach((each) => each.unbind()); return {};
    case '/raw': sessions.forEach((each) => each.socket.write(Buffer.from(asked.hex, 'hex'))); return {};
    case '/deliver': {
      const message = got.find((each) => each.id === asked.id);
      const fields = message ? receiptOf(message, asked.stat, asked.state) : {};
      const status = await deliver([...sessions][0], { ...fields, ...asked.fields });
      return { status };
    }
    default: return { got, events, bound: sessions.size };
  }
}

const board = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', async () => {
    const asked = parts.length ? JSON.parse(Buffer.concat(parts).toString()) : {};
    response.end(JSON.stringify(await control(request.url, asked)));
  });
});

centre.listen(Number(port), '127.0.0.1', () => {
  board.listen(0, '127.0.0.1', () => {
    console.log(`ports ${centre.address().port} ${board.address().port}`);
  });
});
