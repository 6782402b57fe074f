-- Files that the system's own package database declares: as declared, or not. Where bin, sbin and lib are links
-- into usr, a package may declare the file under the link. A file that several packages declare is as declared
-- where it is so by one of them.
WITH placed AS (
  SELECT
    COALESCE(here.path, there.path) AS path, d.origin || ': ' || d.package || COALESCE(' ' || d.version, '') AS software,
    d.configuration, d.algorithm, d.digest
  FROM declared AS d
  LEFT JOIN looked AS here ON here.path = d.root || d.path
  LEFT JOIN looked AS there ON there.path = d.root || 'usr/' || d.path
    AND REGEXP_MATCHES(d.path, '^(bin|sbin|lib|lib32|lib64|libx32)/')
),
held AS (
  SELECT
    p.path, p.software, p.configuration,
    p.digest = CASE p.algorithm WHEN 'md5' THEN l.md5 WHEN 'sha1' THEN l.sha1 WHEN 'sha256' THEN l.sha256 END AS as_it_is,
    p.digest = CASE p.algorithm
      WHEN 'md5' THEN l.stored_md5 WHEN 'sha1' THEN l.stored_sha1 WHEN 'sha256' THEN l.stored_sha256 END AS as_stored,
    l.wrapped
  FROM placed AS p
  JOIN looked AS l ON l.path = p.path
)
SELECT
  path,
  MIN(CASE WHEN COALESCE(as_stored, as_it_is) THEN software END) AS known,
  -- of a file that was unwrapped and not hashed as it is stored nothing can be said
  CASE
    WHEN BOOL_OR(COALESCE(as_stored, as_it_is, TRUE)) OR BOOL_OR(wrapped AND as_stored IS NULL) THEN NULL
    ELSE MIN(software || CASE WHEN configuration THEN ', a file of configuration' ELSE '' END)
  END AS changed_from
FROM held
GROUP BY path
