import WebSocket from 'ws';

const socket = new WebSocket(process.argv[3]);
socket.on('message', (data) => {
  const { type } = JSON.parse(data);
  console.log(type);
  if (type === 'session.created') {
    socket.send('{"type": "session.update", "session": 1}');
  } else {
    socket.close();
  }
});
