import { createApp } from '@murmuration/coordinator/http/app';
import { updateRoutes } from '@murmuration/coordinator/http/routes/updates';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import { maskedHeader, updatePath } from '@murmuration/protocol/messages/channel';
import { UploadPlaces } from '@murmuration/rounds/limits/upload-places';
import { uploadsContract } from '../../../../contract/uploads.ts';
import { boundsOf } from '../bounds.ts';

uploadsContract('HTTP', async (uploads, federation) => {
  const bounds = boundsOf(federation);
  const app = await createApp({ ...bounds, cors: [] });
  updateRoutes(app, uploads, new UploadPlaces(bounds.limits, federation.clock));
  return {
    async put({ round, assignment, token }, bytes, signature) {
      const answer = await app.inject({
        method: 'PUT',
        url: updatePath(round, assignment),
        headers: {
          'content-type': 'application/octet-stream',
          authorization: `Bearer ${base64url(token)}`,
          ...(signature && { [maskedHeader]: base64url(signature) }),
        },
        payload: Buffer.from(bytes),
      });
      return answer.statusCode === 200 ? null : (answer.json() as { code: string }).code;
    },
    close: () => app.close(),
  };
});
