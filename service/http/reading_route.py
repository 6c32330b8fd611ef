"""The address at which pages are looked at: drawing one waits in no transaction, and its picture is kept nowhere."""

from fastapi import Request, Response

from service.http.context import KEY
from service.http.route import ArchiveEndpoint, Handler, SteppedEndpoint, note_refusal


class ReadingEndpoint(SteppedEndpoint):
    """Commits step by step; refusals leave the evidence that they leave everywhere in the archive."""

    def get_route_handler(self) -> Handler:
        """The handler, and what follows a refusal."""
        handler = super().get_route_handler()

        async def serve(request: Request) -> Response:
            try:
                response = await handler(request)
            except ArchiveEndpoint.noted:
                await note_refusal(request.scope[KEY])
                raise
            response.headers["Cache-Control"] = "no-store"
            return response

        return serve
