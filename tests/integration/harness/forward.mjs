// Listens on the ports that people use and passes bytes to the edge, which listens on the same ones.
//   forward.mjs HOST HTTP_PORT TCP_FIRST TCP_LAST
import net from 'node:net';

const [host, http, first, last] = process.argv.slice(2);
const ports = [Number(http)];
for (let port = Number(first); port <= Number(last); port += 1) ports.push(port);

for (const port of ports) {
  net.createServer({ allowHalfOpen: true }, near => {
    const far = net.connect({ host, port, allowHalfOpen: true });
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  }).listen(port, '127.0.0.1');
}
