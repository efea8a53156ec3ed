using System.Buffers;
using Navarch.Storage.Snapshots;

namespace Navarch.Storage.Tests.Snapshots;

public sealed class EntryRecordTests
{
    private static readonly StoredValue[] Entries =
    [
        new("/registry/a", "{}"u8.ToArray(), 2, 2, 1),
        new("/registry/ä-€-𝄞", new byte[] { 0, 255, 10 }, long.MaxValue, 7, 3),
        new("/registry/empty", Array.Empty<byte>(), 4, 9, 2),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_is_read()
    {
        var bytes = Written(Entries.Length);
        var reader = new EntryRecordReader(new MemoryStream(bytes));

        foreach (var expected in Entries)
        {
            var entry = (await reader.ReadAsync(Ct))!;
            Assert.Equal((expected.Key, expected.CreateRevision, expected.ModRevision, expected.Version), (entry.Key, entry.CreateRevision, entry.ModRevision, entry.Version));
            Assert.Equal(expected.Value.ToArray(), entry.Value.ToArray());
        }

        Assert.Null(await reader.ReadAsync(Ct));
        Assert.Equal((3, 42), (reader.Count, reader.EndRevision));
    }

    [Fact]
    public async Task A_stream_that_is_cut_off_is_known_by_its_missing_end_wherever_it_is_cut()
    {
        var bytes = Written(Entries.Length);
        for (var length = 0; length < bytes.Length; length++)
        {
            var reader = new EntryRecordReader(new MemoryStream(bytes, 0, length));
            try
            {
                while (await reader.ReadAsync(Ct) is not null)
                {
                }
            }
            catch (InvalidDataException)
            {
                continue;
            }

            Assert.Equal(0, reader.EndRevision);
        }
    }

    [Fact]
    public async Task A_stream_that_lost_a_record_is_refused() =>
        Assert.Contains("3 records and should be 4", (await Assert.ThrowsAsync<InvalidDataException>(() => ReadAllAsync(Written(4)))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_bytes_are_refused_or_end_and_never_take_much_memory(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0 && bytes.Length > 8)
            {
                bytes.AsSpan(1, 3).Clear(); // Lengths that can be.
                bytes.AsSpan(5, 3).Clear();
            }

            try
            {
                await ReadAllAsync(bytes);
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
        }
    }

    private static async Task ReadAllAsync(byte[] bytes)
    {
        var reader = new EntryRecordReader(new MemoryStream(bytes));
        while (await reader.ReadAsync(Ct) is not null)
        {
        }
    }

    private static byte[] Written(long count)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var entry in Entries)
        {
            EntryRecord.Write(output, entry);
        }

        EntryRecord.WriteEnd(output, count, 42);
        return output.WrittenSpan.ToArray();
    }
}
