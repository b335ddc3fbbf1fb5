const socket = new WebSocket(process.argv.at(-1));
socket.onmessage = ({ data }) => {
  const { type } = JSON.parse(data);
  console.log(type);
  if (type === 'session.created') {
    socket.send('{"type": "session.update", "session": 1}');
  } else {
    socket.close();
  }
};
