import { io } from 'socket.io-client';

const socket = io(process.argv[4], { transports: ['websocket'] });
for (const number of [4, 5]) console.log(await socket.emitWithAck('double', number));
socket.close();
