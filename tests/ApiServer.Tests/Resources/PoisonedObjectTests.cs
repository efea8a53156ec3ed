using System.Text;
using Navarch.Api;
using Navarch.Api.Json;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources;
using Navarch.Machinery.Errors;
using Navarch.Testing;

namespace Navarch.ApiServer.Tests.Resources;

/// <summary>
/// Whatever object a client may send, the rules of its kind end in errors or in none, and what they made of it still is an
/// object. One that made them throw could be stored by nobody, but answered with 500 for ever.
/// </summary>
public sealed class PoisonedObjectTests
{
    private const int Seed = 20261121;
    private const int Rounds = 60;

    private static readonly WriteContext Context = new("tester", [], ResourceHarness.Now, IsDryRun: false);

    public static TheoryData<string> Kinds => [.. AllResources.List.Select(resource => resource.Type.GroupResource)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rules_and_columns_survive_every_object(string name)
    {
        var kind = AllResources.List.Single(resource => resource.Type.GroupResource == name).ToKind();
        IResource? before = null;
        for (var round = 0; round < Rounds; round++)
        {
            var json = new RandomApi(new Random(Seed + round)).Value(kind.Rules.Schema);
            var value = kind.ParseRequest(json, out var problems);
            Assert.Empty(problems);
            try
            {
                before = Check(kind, value, before);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{name}, round {round}: {e}\n{Encoding.UTF8.GetString(json)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Defaults_given_twice_change_nothing_the_second_time(string name)
    {
        var kind = AllResources.List.Single(resource => resource.Type.GroupResource == name).ToKind();
        for (var round = 0; round < Rounds; round++)
        {
            var once = kind.Default(kind.ParseRequest(new RandomApi(new Random(Seed + round)).Value(kind.Rules.Schema), out _));

            Assert.Equal(Encoding.UTF8.GetString(ApiJson.ToUtf8(once)), Encoding.UTF8.GetString(ApiJson.ToUtf8(kind.Default(once))));
        }
    }

    private static IResource Check(Kind kind, IResource value, IResource? before)
    {
        var created = kind.PrepareForCreate(kind.Default(value), Context);
        var errors = new FieldErrors();
        kind.Validate(created, errors);
        kind.ValidateCreate(created, errors);
        if (before is not null)
        {
            var updated = kind.PrepareForUpdate(kind.Default(value), before, Context);
            kind.Validate(updated, errors);
            kind.ValidateUpdate(updated, before, errors);
            _ = kind.ChangesGeneration(updated, before);
            kind.ValidateStatusUpdate(kind.PrepareForStatusUpdate(kind.Default(value), before, Context), before, errors);
        }

        Assert.All(errors.All, error => Assert.NotEmpty(error.Message));
        _ = kind.Warnings(created).ToList();
        _ = kind.Warnings(value).ToList();
        foreach (var one in (IResource[])[value, created])
        {
            foreach (var column in kind.Columns)
            {
                Assert.NotNull(column.Cell(one, ResourceHarness.Now));
            }
        }

        // What is stored must be what is read back.
        var prepared = kind.Prepare(created);
        Assert.True(kind.Parse(prepared.Json).Equals(created.WithMetadata(created.Metadata with { ResourceVersion = "" })), Encoding.UTF8.GetString(prepared.Json));
        return created;
    }
}
