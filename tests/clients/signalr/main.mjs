import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const hub = new HubConnectionBuilder()
  .withUrl(`${process.argv[4]}/hub`, { transport: HttpTransportType.WebSockets })
  .configureLogging(LogLevel.Error)
  .build();
await hub.start();
for (const number of [2, 3]) console.log(await hub.invoke('Double', number));
await hub.stop();
