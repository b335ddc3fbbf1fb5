import { EventSource } from 'eventsource';

const source = new EventSource(`${process.argv[2]}/sse?n=2`);
source.onmessage = ({ data }) => {
  console.log(`data: ${data}`);
  if (data === '[DONE]') source.close();
};
