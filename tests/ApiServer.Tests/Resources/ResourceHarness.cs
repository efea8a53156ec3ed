using System.Text;
using Navarch.Api;
using Navarch.Api.Json;
using Navarch.ApiServer.Resources;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Tests.Resources;

/// <summary>Runs the rules of a kind over JSON as the server would.</summary>
internal static class ResourceHarness
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly WriteContext Context = new("tester", [], Now, IsDryRun: false);

    public static T Parse<T>(string json) where T : class, IResource<T>
    {
        var reader = new ApiReader(Encoding.UTF8.GetBytes(json), applyDefaults: true);
        reader.Start();
        var value = T.Read(ref reader);
        reader.End();
        Assert.Empty(reader.Problems);
        return value;
    }

    public static T Created<T>(this Resource<T> resource, string json) where T : class, IResource<T> =>
        resource.PrepareForCreate(resource.Default(Parse<T>(json)), Context);

    public static T Updated<T>(this Resource<T> resource, string json, T old) where T : class, IResource<T> =>
        resource.PrepareForUpdate(resource.Default(Parse<T>(json)), old, Context);

    public static string[] CreateErrors<T>(this Resource<T> resource, string json) where T : class, IResource<T>
    {
        var errors = new FieldErrors();
        var value = resource.Created(json);
        resource.Validate(value, errors);
        resource.ValidateCreate(value, errors);
        return [.. errors.All.Select(error => error.ToString())];
    }

    public static string[] UpdateErrors<T>(this Resource<T> resource, string before, string after) where T : class, IResource<T>
    {
        var errors = new FieldErrors();
        var old = resource.Created(before);
        var value = resource.Updated(after, old);
        resource.Validate(value, errors);
        resource.ValidateUpdate(value, old, errors);
        return [.. errors.All.Select(error => error.ToString())];
    }

    public static object[] Cells<T>(this Resource<T> resource, T value) where T : class, IResource<T> =>
        [.. resource.Columns.Select(column => column.Cell(value, Now))];

    public static string Text<T>(T value) where T : class, IResource<T> => Encoding.UTF8.GetString(ApiJson.ToUtf8(value));
}
