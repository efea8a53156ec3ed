using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Audit;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Pipeline;

/// <summary>The body of a request in one piece, in a rented buffer that goes back when this is disposed.</summary>
internal readonly struct RequestBody : IDisposable
{
    public const int BytesMax = 3 << 20;

    // As long as a request may take; bytes that come too slowly for the listener do not come that long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly byte[] buffer;
    private readonly int length;

    private RequestBody(byte[] buffer, int length)
    {
        this.buffer = buffer;
        this.length = length;
    }

    public ReadOnlySpan<byte> Span => buffer.AsSpan(0, length);

    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(0, length);

    /// <exception cref="StatusException">413. 504: it came too slowly.</exception>
    public static ValueTask<RequestBody> ReadAsync(HttpContext http) => ReadAsync(http, TimeProvider.System);

    internal static async ValueTask<RequestBody> ReadAsync(HttpContext http, TimeProvider time)
    {
        if (http.Request.ContentLength > BytesMax)
        {
            throw TooLarge();
        }

        var reader = http.Request.BodyReader;
        var began = time.GetTimestamp();
        while (true)
        {
            var result = await ReadAsync(reader, http.RequestAborted);
            var bytes = result.Buffer;
            if (bytes.Length > BytesMax)
            {
                reader.AdvanceTo(bytes.End);
                throw TooLarge();
            }

            if (result.IsCompleted)
            {
                var length = (int)bytes.Length;
                var buffer = length == 0 ? [] : ArrayPool<byte>.Shared.Rent(length);
                bytes.CopyTo(buffer);
                reader.AdvanceTo(bytes.End);
                AuditRecord.Of(http)?.Sent(buffer.AsMemory(0, length));
                return new RequestBody(buffer, length);
            }

            if (result.IsCanceled)
            {
                throw new OperationCanceledException(http.RequestAborted);
            }

            if (time.GetElapsedTime(began) > Patience)
            {
                reader.AdvanceTo(bytes.End);
                throw StatusErrors.Timeout("request did not complete within the allotted timeout", retryAfterSeconds: 0).AsException();
            }

            reader.AdvanceTo(bytes.Start, bytes.End);
        }
    }

    // A client that takes its request back is no failure of the server.
    private static async ValueTask<ReadResult> ReadAsync(PipeReader reader, CancellationToken ct)
    {
        try
        {
            return await reader.ReadAsync(ct);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw new ConnectionResetException(e.Message, e);
        }
    }

    public void Dispose()
    {
        if (buffer is { Length: > 0 })
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static StatusException TooLarge() => StatusErrors.RequestEntityTooLarge($"limit is {BytesMax}").AsException();
}
