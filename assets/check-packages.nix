# Looks up packages by name, all in one evaluation: what each is, and what is wrong with it.
#
#   { pkgs = …; names = [ [ "git" ] [ "python3Packages" "requests" ] ]; }
#
# `tryEval` catches `throw` and `assert`, which is how nixpkgs refuses; nothing a package does in this way spoils the
# answer about the others. It can catch neither `abort` nor an attribute that is missing deep inside a package.
{ pkgs, names }:
let
  inherit (builtins)
    attrNames
    deepSeq
    elemAt
    foldl'
    hasAttr
    isAttrs
    isList
    isString
    length
    parseDrvName
    tryEval
    unsafeDiscardStringContext
    ;

  # The value in full, or something else where evaluating it fails.
  orElse =
    other: value:
    let
      tried = tryEval (deepSeq value value);
    in
    if tried.success then tried.value else other;

  text = value: if isString value then value else null;

  # One step down an attribute path. Where it ends early, `at` says after how many parts, and `names` what is there.
  step =
    here: part:
    if here ? end then
      here
    else
      let
        isSet = tryEval (isAttrs here.value);
      in
      if !isSet.success then
        { end = "removed"; }
      else if !isSet.value then
        {
          end = "missing";
          names = [ ];
        }
      else if hasAttr part here.value then
        {
          value = here.value.${part};
          at = here.at + 1;
        }
      else
        {
          end = "missing";
          inherit (here) at;
          names = attrNames here.value;
        };

  licenseName =
    license:
    if isAttrs license then
      license.spdxId or license.shortName or license.fullName or "unknown"
    else
      toString license;

  describe =
    package:
    let
      meta = package.meta or { };
      flag = name: orElse false (meta.${name} or false) == true;
      name = orElse "" package.name;
      parsed = parseDrvName name;
      licenses = meta.license or [ ];
    in
    {
      status = "ok";
      inherit name;
      version = orElse null (text (package.version or parsed.version));
      description = orElse null (text (meta.description or null));
      licenses = orElse [ ] (map licenseName (if isList licenses then licenses else [ licenses ]));
      mainProgram = orElse null (text (meta.mainProgram or null));
      broken = flag "broken";
      unfree = flag "unfree";
      insecure = flag "insecure";
      unsupported = flag "unsupported";
      vulnerabilities = orElse [ ] (map toString (meta.knownVulnerabilities or [ ]));
      platforms = orElse [ ] (builtins.filter isString (meta.platforms or [ ]));
      # Null where nixpkgs refuses to build it, or it does not evaluate.
      storePath = orElse null (unsafeDiscardStringContext package.outPath);
    };

  look =
    path:
    let
      found = foldl' step {
        value = pkgs;
        at = 0;
      } path;
      kind = tryEval (
        if !(isAttrs found.value) then
          "value"
        else if (found.value.type or null) == "derivation" then
          "package"
        else
          "set"
      );
    in
    if (found.end or null) == "missing" then
      {
        status = "missing";
        at = found.at or 0;
      }
    else if found ? end || !kind.success then
      { status = "removed"; }
    else if kind.value == "package" then
      describe found.value
    else
      {
        status = if kind.value == "set" then "set" else "value";
        members = if kind.value == "set" then length (attrNames found.value) else 0;
      };

  # What lies beside the names that are missing, once for each place: for finding out what was meant.
  places = foldl' (
    sofar: path:
    let
      found = foldl' step {
        value = pkgs;
        at = 0;
      } path;
      key = builtins.concatStringsSep "." (builtins.genList (elemAt path) (found.at or 0));
    in
    if (found.end or null) == "missing" && !(hasAttr key sofar) then
      sofar // { ${key} = found.names; }
    else
      sofar
  ) { } names;
in
{
  packages = map look names;
  beside = places;
}
